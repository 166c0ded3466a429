import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Encoding } from '../../hub/encoding.ts';
import type { HostPort } from '../../transport/address.ts';
import { answerPrinter, QUIET_MS } from './answer.ts';
import { noAnswer, reachError } from './failure.ts';

export interface UdpSending {
  peer: HostPort;
  bytes: Uint8Array | Readable;
  /** How long an answer may take; 0 waits for none. */
  waitMs: number;
  encoding: Encoding;
  isEncodingNamed: boolean;
}

/** A socket towards one peer (or, for a broadcast address, towards all of them). */
export interface UdpPeer {
  socket: Socket;
  send(bytes: Uint8Array): Promise<void>;
}

const MOST_BYTES = 65_507; // 65,535 less the headers of IPv4 and UDP

/** @throws KitelineError UNREACHABLE */
export async function openUdp(peer: HostPort): Promise<UdpPeer> {
  let socket: Socket | undefined;
  try {
    // IPv4 first: it is what boards have, and a datagram that goes to the wrong family is lost without a word.
    const { address, family } = await lookup(peer.host, { order: 'ipv4first' });
    const own = createSocket(family === 6 ? 'udp6' : 'udp4');
    socket = own;
    await new Promise<void>((resolve, reject) => {
      own.once('error', reject);
      // node:dgram gives the error of a failed connect to its callback, where its types have none.
      const ready = (error?: unknown): void => {
        own.off('error', reject);
        if (error) reject(error);
        else resolve();
      };
      // Answers to a group come from the members' own addresses, so that socket must take them from anybody.
      if (isGroup(address)) own.bind(() => ready());
      else own.connect(peer.port, address, ready);
    });
    if (isGroup(address) && family === 4) own.setBroadcast(true);
    const send = (bytes: Uint8Array): Promise<void> =>
      new Promise((resolve, reject) => {
        const done = (error: Error | null): void => (error ? reject(reachError(peer, error)) : resolve());
        if (isGroup(address)) own.send(bytes, peer.port, address, done);
        else own.send(bytes, done);
      });
    return { socket: own, send };
  } catch (error) {
    socket?.close();
    throw reachError(peer, error);
  }
}

/**
 * Sends one datagram; with `waitMs` prints what answers until it has been quiet for 300 ms.
 * @throws KitelineError REFUSED (where the system says so), UNREACHABLE, BAD_ARGUMENT (too long), TIMEOUT (no answer)
 */
export async function sendUdp(sending: UdpSending): Promise<void> {
  const { peer, waitMs } = sending;
  const bytes = sending.bytes instanceof Uint8Array ? sending.bytes : await gather(sending.bytes);
  const { socket, send } = await openUdp(peer);
  const printer = answerPrinter(sending.encoding, sending.isEncodingNamed);
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => {});
  let answered = false;
  let printing = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  socket.on('error', (error) => ended.reject(reachError(peer, error)));
  socket.on('message', (message) => {
    answered = true;
    printing = printing.then(() => printer.push(message));
    clearTimeout(timer);
    timer = setTimeout(ended.resolve, QUIET_MS);
  });
  try {
    await send(bytes);
    if (waitMs > 0) {
      timer ??= setTimeout(ended.resolve, waitMs);
      await ended.promise;
      await printing;
      await printer.end();
      if (!answered) throw noAnswer(peer, waitMs);
    } else {
      // On this machine a port where nobody listens answers at once (ICMP): two turns of the loop see it.
      await Promise.race([ended.promise, setImmediate().then(() => setImmediate())]);
    }
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

const isGroup = (address: string): boolean =>
  isIPv4(address) ? address.endsWith('.255') || Number.parseInt(address, 10) >= 224 : /^ff/i.test(address);

/** All of stdin, up to what a datagram holds and one byte, which the system then refuses. */
async function gather(input: Readable): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of input) {
    parts.push(part);
    size += part.length;
    if (size > MOST_BYTES) break;
  }
  return Buffer.concat(parts);
}
