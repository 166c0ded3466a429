/** The few lines of the NATS client protocol that publishing, subscribing and answering take, as kit/mqtt.ts for MQTT. */

/** Without acknowledgement of each line, as clients have it. */
export const CONNECT_LINE =
  'CONNECT {"verbose":false,"pedantic":false,"lang":"bench","version":"1","protocol":1}\r\n';

export const subLine = (subject: string, id: number): string => `SUB ${subject} ${id}\r\n`;

/** @param payload ASCII: its length is its bytes */
export const pubLines = (subject: string, payload: string, reply = ''): string =>
  `PUB ${subject}${reply && ` ${reply}`} ${payload.length}\r\n${payload}\r\n`;

export interface NatsMessage {
  subject: string;
  reply: string | undefined;
  payload: string;
}

const CR = 0x0d;

/** Cuts a stream into messages; every other line (INFO, PING, …) goes to `line`. */
export class NatsReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #message: (message: NatsMessage) => void;
  readonly #line: (line: string) => void;

  constructor(message: (message: NatsMessage) => void, line: (line: string) => void) {
    this.#message = message;
    this.#line = line;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(CR, at);
      if (end < 0 || end + 1 === bytes.length) break;
      const line = bytes.toString('latin1', at, end);
      if (!line.startsWith('MSG ')) {
        this.#line(line);
        at = end + 2;
        continue;
      }
      const words = line.split(' '); // MSG subject id [reply] bytes
      const payload = end + 2;
      const size = Number(words.at(-1));
      if (payload + size + 2 > bytes.length) break;
      this.#message({
        subject: words[1] ?? '',
        reply: words.length === 5 ? words[3] : undefined,
        payload: bytes.toString('latin1', payload, payload + size),
      });
      at = payload + size + 2;
    }
    this.#rest = bytes.subarray(at);
  }
}
