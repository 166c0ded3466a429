import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What every sample has once. */
const NEEDLE = Buffer.from('"n":');

/**
 * A page, as little of it as there can be: a WebSocket (RFC 6455) whose bytes are counted and not taken apart, so that a hundred of them
 * cost the machine less than what they are to measure.
 * @param took told how many samples came
 * @returns once it is let in
 */
export async function openPage(url: string, token: string, took: (samples: number) => void): Promise<Socket> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const headers = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...(token === '' ? [] : [`Authorization: Bearer ${token}`]),
  ];
  socket.write(`${headers.join('\r\n')}\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(String(answer));
  let rest = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, data]) : data;
    let samples = 0;
    for (let at = bytes.indexOf(NEEDLE); at >= 0; at = bytes.indexOf(NEEDLE, at + NEEDLE.length)) samples++;
    took(samples);
    // The needle may be cut in two; a whole one is not counted again.
    rest = Buffer.from(bytes.subarray(Math.max(0, bytes.length - NEEDLE.length + 1)));
  });
  return socket;
}

/** Said now and then, so that the hub does not take the page for asleep: a pong that nobody asked for (section 5.5.3). */
export const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** A text frame of a client: masked, by zeros (section 5.3). */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new Error('longer than a short frame');
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}
