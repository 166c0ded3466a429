import { connect as connectSocket, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Encoding } from '../../hub/encoding.ts';
import type { HostPort } from '../../transport/address.ts';
import { answerPrinter, QUIET_MS } from './answer.ts';
import { closed, noAnswer, notReading, reachError, unreachable } from './failure.ts';

export interface TcpSending {
  peer: HostPort;
  bytes: Uint8Array | Readable;
  /** How long the answer may take to begin, and the peer to take the bytes; 0 waits for no answer. */
  waitMs: number;
  connectMs: number;
  encoding: Encoding;
  /** Whether the person named the encoding, so that the answer is to be decoded. */
  isEncodingNamed: boolean;
}

/** @throws KitelineError REFUSED, UNREACHABLE */
export function connectTcp(peer: HostPort, connectMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host: peer.host, port: peer.port, noDelay: true });
    const tooLate = setTimeout(() => {
      socket.destroy();
      reject(unreachable(peer));
    }, connectMs);
    const fail = (error: unknown): void => {
      clearTimeout(tooLate);
      reject(reachError(peer, error));
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(tooLate);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/**
 * Sends the bytes, prints the answer. The answer ends when the peer closes or has been quiet for 300 ms.
 * @throws KitelineError REFUSED, UNREACHABLE, TIMEOUT (no answer, or the peer does not read), CLOSED (no answer, and there will be none)
 */
export async function sendTcp(sending: TcpSending): Promise<void> {
  const { peer, bytes, waitMs } = sending;
  const socket = await connectTcp(peer, sending.connectMs);
  const printer = answerPrinter(sending.encoding, sending.isEncodingNamed);
  let answered = false;
  let broken: unknown;
  let printing = Promise.resolve();
  const ended = Promise.withResolvers<void>();
  let sent = false;
  let isStuck = false;
  let timer: NodeJS.Timeout | undefined;
  const restart = (): void => {
    clearTimeout(timer);
    if (sent) timer = setTimeout(ended.resolve, answered ? QUIET_MS : waitMs);
  };
  socket.on('data', (chunk) => {
    answered = true;
    // A peer that sends faster than stdout takes must wait, and its silence begins when its bytes are printed.
    socket.pause();
    clearTimeout(timer);
    printing = printer.push(chunk).then(() => {
      socket.resume();
      restart();
    });
  });
  socket.on('error', (error) => {
    broken = error;
  });
  socket.on('close', () => ended.resolve());
  // Nothing has moved for so long: where bytes of ours still wait, the peer does not read. (A slow stdin may take its time.)
  socket.setTimeout(waitMs || sending.connectMs, () => {
    isStuck = socket.writableLength > 0;
    if (isStuck) ended.resolve();
  });
  // No FIN behind the bytes: the simplest servers take the end of input for "the client has gone".
  const delivery =
    bytes instanceof Uint8Array ? write(socket, bytes) : pipeline(bytes, socket, { end: false });
  delivery.then(
    () => {
      sent = true;
      restart();
    },
    () => ended.resolve(),
  );
  await ended.promise;
  clearTimeout(timer);
  await printing;
  await printer.end();
  const isOpen = !socket.destroyed && broken === undefined;
  await hangUp(socket);
  if (isStuck) throw notReading(peer);
  if (answered || (waitMs === 0 && sent)) return;
  throw isOpen ? noAnswer(peer, waitMs) : (reachErrorOf(peer, broken) ?? closed(peer));
}

const reachErrorOf = (peer: HostPort, error: unknown): unknown => error && reachError(peer, error);

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Closes so that the peer gets everything: with FIN, for a reset would throw away what it has not read yet. */
function hangUp(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    const enough = setTimeout(() => socket.destroy(), QUIET_MS);
    socket.removeAllListeners('data');
    socket.once('close', () => {
      clearTimeout(enough);
      resolve();
    });
    socket.resume();
    socket.end();
  });
}
