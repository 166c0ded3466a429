/**
 * Who may have a port. On Linux a listener on every address shares its port with virtual boards on addresses of
 * their own (127.x.y.z), which takes SO_REUSEPORT on both; a lock keeps a second wildcard listener out.
 * See docs/adr/0002-sharing-ports.md.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { platform } from 'node:os';
import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';
import { formatHostPort, isWildcard } from './address.ts';
import { lanAddresses } from './lan.ts';
import { countWildcardSockets, findPortHolder, type PortHolder, type Protocol } from './port-holder.ts';
import { askLockHolder, lockPort, type PortLock } from './port-lock.ts';

export type { PortHolder, Protocol } from './port-holder.ts';

export interface PortRequest {
  protocol: Protocol;
  /** A numeric address or a host name of this machine; `0.0.0.0` and `::` mean every address. */
  host: string;
  /** 0 asks the system for a free one. */
  port: number;
  /** How others name us when the port is refused to them, e.g. `kiteline listen`. Letters, digits, spaces and ._- only. */
  program?: string;
  /** The option with which a person chooses another port; named in the refusal. */
  option?: string;
}

/** What a listener binds with: options of node:net's `listen` and, `reusePort` apart, of node:dgram's `bind`. */
export interface BindOptions {
  /** Numeric. */
  host: string;
  port: number;
  /** For node:dgram an option of `createSocket`. */
  reusePort: boolean;
}

/** What `bind` gives back: anything that knows the port it got and can be closed. */
export interface Bound {
  readonly port: number;
  close(): unknown;
}

export interface Claim<T> {
  bound: T;
  /** The port, chosen by the system when 0 was asked for. */
  port: number;
  /** Lets others have the port; call it after the listener is closed. Harmless when repeated. */
  release(): Promise<void>;
}

const TRIES = 20; // a system-chosen port that somebody else locked: each try draws another of some 28,000

/**
 * What a virtual board on an address of its own binds with, so that a hub or `listen` on every address can have
 * the same port. Such addresses are claimed otherwise, once for all ports.
 */
export const besideWildcard = (): { reusePort: boolean } => ({ reusePort: platform() === 'linux' });

/**
 * Binds a listener under the rules of this file: `bind` is called with what to bind to, perhaps more than once.
 * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE; whatever else `bind` throws passes through
 */
export async function claimPort<T extends Bound>(
  request: PortRequest,
  bind: (options: BindOptions) => Promise<T>,
): Promise<Claim<T>> {
  const { protocol, port } = request;
  try {
    // IPv4 first, for TCP and UDP alike: `localhost` is then where a board's program reaches it.
    const host = isIP(request.host) ? request.host : await addressOf(request.host);
    if (platform() !== 'linux' || !isWildcard(host)) {
      const bound = await bind({ host, port, reusePort: false });
      return { bound, port: bound.port, release: async () => {} };
    }
    return await (port === 0 ? claimFreePort : claimGivenPort)({ ...request, host }, bind);
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE') {
      throw portTaken(request, await whoHas(protocol, port), error);
    }
    throw bindError(request, error) ?? error;
  }
}

async function addressOf(name: string): Promise<string> {
  // For an empty name the resolver gives no address and no error.
  if (name === '') throw Object.assign(new Error('an empty host name'), { code: 'ENOTFOUND' });
  return (await lookup(name, { order: 'ipv4first' })).address;
}

async function claimGivenPort<T extends Bound>(
  request: PortRequest,
  bind: (options: BindOptions) => Promise<T>,
): Promise<Claim<T>> {
  const { protocol, host, port } = request;
  const lock = await lockPort(protocol, port, request.program ?? 'kiteline');
  if (!lock) throw portTaken(request, await whoHas(protocol, port));
  try {
    // The kernel lets us in beside another user of SO_REUSEPORT and would deal out connections between the two.
    if ((await countWildcardSockets(protocol, port)) > 0)
      throw portTaken(request, await whoHas(protocol, port));
    const bound = await bind({ host, port, reusePort: true });
    return { bound, port, release: once(lock) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function claimFreePort<T extends Bound>(
  request: PortRequest,
  bind: (options: BindOptions) => Promise<T>,
): Promise<Claim<T>> {
  const { protocol, host } = request;
  for (let attempt = 1; ; attempt++) {
    const bound = await bind({ host, port: 0, reusePort: true });
    const lock = await lockPort(protocol, bound.port, request.program ?? 'kiteline');
    // For UDP the kernel may choose a port that a socket with SO_REUSEPORT already has: then there are two.
    if (lock && (await countWildcardSockets(protocol, bound.port)) <= 1) {
      return { bound, port: bound.port, release: once(lock) };
    }
    await lock?.release();
    await bound.close();
    if (attempt === TRIES) throw portTaken({ ...request, port: bound.port }, undefined);
  }
}

function once(lock: PortLock): () => Promise<void> {
  let released: Promise<void> | undefined;
  return () => {
    released ??= lock.release();
    return released;
  };
}

/** Ours say more of themselves than /proc does (which shows only `node`), so they are asked first. */
async function whoHas(protocol: Protocol, port: number): Promise<PortHolder | undefined> {
  const ours = platform() === 'linux' ? await askLockHolder(protocol, port) : undefined;
  // Our own lock, taken a moment ago in claimGivenPort, is no answer to who was there before.
  return ours && ours.pid !== process.pid ? ours : findPortHolder(protocol, port);
}

function portTaken(request: PortRequest, holder: PortHolder | undefined, cause?: unknown): KitelineError {
  const { protocol, host, port, option = '--port' } = request;
  const where = `${protocol.toUpperCase()} ${formatHostPort(host, port)}`;
  const who = holder && `${holder.program} (pid ${holder.pid})`;
  const message = who
    ? say(
        `${where} is taken by ${who}: stop it, or choose another port with ${option}.`,
        `${where} 已被 ${who} 占用：请先停止它，或用 ${option} 换一个端口。`,
      )
    : say(
        `${where} is taken by another program: stop it, or choose another port with ${option}.`,
        `${where} 已被其他程序占用：请先停止它，或用 ${option} 换一个端口。`,
      );
  return new KitelineError('PORT_TAKEN', message, { cause });
}

/** A sentence for what the system answers to a bind, or undefined when the error is not about the address. */
function bindError(request: PortRequest, cause: unknown): KitelineError | undefined {
  const { host, port, option = '--port' } = request;
  switch (systemCode(cause)) {
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'EAFNOSUPPORT': {
      const own = lanAddresses().join(', ') || '127.0.0.1';
      return new KitelineError(
        'ADDRESS_UNAVAILABLE',
        say(
          `This machine has no address ${host}. It has ${own}; 0.0.0.0 means all of them.`,
          `本机没有地址 ${host}。本机地址有 ${own}；0.0.0.0 表示全部地址。`,
        ),
        { cause },
      );
    }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new KitelineError(
        'ADDRESS_UNAVAILABLE',
        say(`The name "${host}" leads to no address.`, `找不到名称“${host}”对应的地址。`),
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
      return new KitelineError(
        'ADDRESS_UNAVAILABLE',
        say(
          `The system does not let you use port ${port}: ports below 1024 are usually for the administrator. Choose another with ${option}.`,
          `系统不允许使用端口 ${port}：1024 以下的端口通常只有管理员可用。请用 ${option} 换一个端口。`,
        ),
        { cause },
      );
    default:
      return undefined;
  }
}
