import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { type HostPort, parseHostPort } from '../transport/address.ts';
import { claimPort } from '../transport/ports.ts';
import { connectTcp, listenTcp } from '../transport/tcp.ts';
import type { TlsKeys } from '../transport/tls-gate.ts';
import type { Transport } from '../transport/transport.ts';
import { listenUdp } from '../transport/udp.ts';

/** A port on all addresses, or a host and a port; port 0 asks the system. */
export type ListenAddress = number | { host?: string; port: number };

/** The same, and what to prove with, PEM (`keepCertificate` has both). */
export type TlsAddress = { host?: string; port: number } & TlsKeys;

/** What a hub can listen on. */
export interface ListenAt {
  tcp?: ListenAddress;
  udp?: ListenAddress;
  /** TCP, encrypted: for boards that have the certificate. */
  tls?: TlsAddress;
}

/** Where it does. */
export type Listening = { [protocol in keyof ListenAt]?: HostPort };

/** A transport that has a port of its own, and gives it back with `release`. */
export interface Listener {
  transport: Transport;
  release(): Promise<void>;
}

/**
 * Opens a listener under the rules of transport/ports.ts.
 * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE, BAD_ARGUMENT (a certificate that cannot be used)
 */
export async function openListener(
  protocol: 'tcp' | 'udp' | 'tls',
  address: ListenAddress | TlsAddress,
  clock: Clock,
): Promise<Listener> {
  const { host = '0.0.0.0', port } = typeof address === 'number' ? { port: address } : address;
  const tls = typeof address === 'object' && 'cert' in address ? { tls: address } : {};
  const request = { host, port, program: 'kiteline hub', option: `--${protocol}` };
  const { bound, release } = await claimPort<Transport>(
    { ...request, protocol: protocol === 'udp' ? 'udp' : 'tcp' },
    (bind) => {
      if (protocol === 'udp') return listenUdp(bind);
      return listenTcp({ ...bind, clock, ...tls });
    },
  );
  return { transport: bound, release };
}

/**
 * Reads `tcp://HOST:PORT` or `udp://HOST:PORT`.
 * @throws KitelineError BAD_ARGUMENT
 */
export function parseUrl(url: string): { protocol: 'tcp' | 'udp' } & HostPort {
  const match = /^(tcp|udp):\/\/(.+)$/.exec(url);
  const protocol = match?.[1];
  if (protocol !== 'tcp' && protocol !== 'udp') {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        `"${url}" is not an address of a board: write tcp://192.168.1.50:9000 or udp://192.168.1.50:9000.`,
        `“${url}”不是板子的地址：请写成 tcp://192.168.1.50:9000 或 udp://192.168.1.50:9000。`,
      ),
    );
  }
  return { protocol, ...parseHostPort(match?.[2] ?? '') };
}

/** A TCP connection to a board that listens. @throws KitelineError REFUSED, UNREACHABLE, TIMEOUT */
export const openConnection = (to: HostPort, clock: Clock, signal?: AbortSignal): Promise<Transport> =>
  connectTcp({ host: to.host, port: to.port, clock, ...(signal && { signal }) });

/** The numeric address of a name, for datagrams. @throws KitelineError UNREACHABLE */
export async function resolve(host: string): Promise<string> {
  if (isIP(host)) return host;
  try {
    return (await lookup(host, { order: 'ipv4first' })).address;
  } catch (cause) {
    throw new KitelineError(
      'UNREACHABLE',
      say(`The name ${host} leads to no address.`, `找不到名称 ${host} 对应的地址。`),
      { cause },
    );
  }
}
