/** Asks the network for a name by mDNS, as a program that keeps no cache does (RFC 6762, section 6.7: one-shot queries). */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Clock } from '../../clock.ts';

const GROUP = '224.0.0.251';
const PORT = 5_353;
const TRIES = 3;
/** Milliseconds for the answer to each: responders wait up to 120 ms, and a busy one longer. */
const ANSWER_MS = 1_000;
const HEADER = 12;
const TYPE_A = 1;
const CLASS_IN = 1;
const IS_RESPONSE = 0x80;

/** A DNS question for the IPv4 address of a name (RFC 1035, section 4.1). */
export function questionFor(name: string, id: number): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(label, 'utf8'));
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(1, 4); // one question
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(TYPE_A, 1);
  tail.writeUInt16BE(CLASS_IN, 3);
  return Buffer.concat([head, ...labels.flatMap((label) => [Buffer.of(label.length), label]), tail]);
}

/** Whether a datagram answers a question of that id. */
export const isAnswer = (bytes: Buffer, id: number): boolean =>
  bytes.length > HEADER &&
  bytes.readUInt16BE(0) === id &&
  ((bytes[2] ?? 0) & IS_RESPONSE) !== 0 &&
  bytes.readUInt16BE(6) > 0;

/** Where is asked; a test has its own place. */
const EVERYWHERE = { host: GROUP, port: PORT };

/**
 * Whether anybody answers. A network that carries no multicast is silent, too.
 * @param from this computer's addresses: each of its networks is asked; none: the one that the system chooses
 */
export async function answersMdns(
  name: string,
  clock: Clock,
  from: readonly string[],
  to: { host: string; port: number } = EVERYWHERE,
): Promise<boolean> {
  const socket = createSocket('udp4').bind();
  const answered = Promise.withResolvers<boolean>();
  socket.on('error', () => {});
  let id = 0;
  socket.on('message', (bytes) => {
    if (isAnswer(bytes, id)) answered.resolve(true);
  });
  try {
    await once(socket, 'listening');
    for (let time = 0; time < TRIES; time++) {
      id = 1 + Math.floor(Math.random() * 65_535);
      for (const address of from.length > 0 ? from : [undefined]) {
        if (address !== undefined) socket.setMulticastInterface(address);
        await new Promise<void>((done) => socket.send(questionFor(name, id), to.port, to.host, () => done()));
      }
      const late = new Promise<false>((done) => clock.alarm(ANSWER_MS, () => done(false)));
      if (await Promise.race([answered.promise, late])) return true;
    }
    return false;
  } finally {
    socket.close();
  }
}
