/** Each virtual board's own IPv4 address: in 127.0.0.0/8 where the system lets a program bind there (Linux does). */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';

/** An exclusive UDP bind here is the claim to an address; the kernel frees it with the process, however it ends. */
const CLAIM_PORT = 47_809;

export interface Claim {
  address: string;
  /** False where boards share 127.0.0.1 because the system gives them nothing else. */
  own: boolean;
  release(): void;
}

/** Says whether a board's traffic to this address should carry the board's own source address. */
export function isHere(address: string): boolean {
  if (address.startsWith('127.')) return true;
  return Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === address));
}

/** A number from a name, so that a board keeps its address from one start to the next (FNV-1a). */
export function hash(name: string): number {
  let h = 0x811c_9dc5;
  for (const byte of Buffer.from(name)) h = Math.imul(h ^ byte, 0x0100_0193) >>> 0;
  return h;
}

/**
 * Claims an address for a board.
 * @param wanted exactly this one; otherwise one that follows from `name`, or the next free one
 * @throws KitelineError ADDRESS_UNAVAILABLE when `wanted` is taken by another board or not of this machine
 */
export async function claimAddress(name: string, wanted?: string): Promise<Claim> {
  if (wanted !== undefined) return claimExactly(wanted);
  const start = hash(name);
  for (let step = 0; step < 512; step++) {
    const number = (start + step * 7919) >>> 0;
    // 127.16.* to 127.239.*: away from 127.0.0.1, from systemd's 127.0.0.53, and from broadcast addresses.
    const address = `127.${16 + (number % 224)}.${(number >>> 8) % 256}.${1 + ((number >>> 16) % 254)}`;
    const claim = await tryClaim(address);
    if (typeof claim !== 'string') return { address, own: true, release: () => claim.close() };
    if (claim !== 'EADDRINUSE') break;
  }
  return { address: '127.0.0.1', own: false, release() {} };
}

async function claimExactly(address: string): Promise<Claim> {
  if (!isIPv4(address)) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        `"${address}" is no IPv4 address; a board's address looks like 127.20.0.7.`,
        `"${address}" 不是 IPv4 地址；板的地址形如 127.20.0.7。`,
      ),
    );
  }
  const claim = await tryClaim(address);
  if (typeof claim !== 'string') return { address, own: true, release: () => claim.close() };
  throw new KitelineError(
    'ADDRESS_UNAVAILABLE',
    claim === 'EADDRINUSE'
      ? say(
          `Another virtual board has the address ${address}; choose another, or leave --ip out.`,
          `另一块虚拟板正在使用地址 ${address}；请换一个，或者不写 --ip。`,
        )
      : say(
          `${address} is not an address of this computer (${claim}); leave --ip out, or take one from 127.0.0.0/8.`,
          `${address} 不是本机的地址（${claim}）；请不写 --ip，或使用 127.0.0.0/8 中的地址。`,
        ),
  );
}

async function tryClaim(address: string): Promise<Socket | string> {
  const socket = createSocket('udp4');
  socket.unref();
  try {
    socket.bind({ address, port: CLAIM_PORT, exclusive: true });
    await once(socket, 'listening');
    return socket;
  } catch (error) {
    socket.close();
    return systemCode(error) ?? 'unknown error';
  }
}
