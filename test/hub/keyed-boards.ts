/** Boards with keys, as a board library would have them, and what stands between them and the hub. */
import { createHash } from 'node:crypto';
import { Keys } from '../../src/hub/keys.ts';
import { hubProof, keyId, Seal, sessionKey } from '../../src/hub/seal.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { encodeRequest, type JsonObject, lineTrailer } from '../../src/wire/index.ts';
import type { plainTcp } from '../transport/plain.ts';
import { Wire } from './boards.ts';
import { startHub } from './helpers.ts';

const LF = 0x0a;

/** A key that is the same in every run. */
export const testKey = (name = 'greenhouse'): Uint8Array =>
  new Uint8Array(createHash('sha256').update(name).digest());

/** Keys in memory: of each board named the one of its name. */
export const testKeys = (...boards: string[]): Keys =>
  new Keys({
    entries: boards.map((board) => {
      const key = testKey(board);
      return { board, keys: [{ id: keyId(key), key, since: 0 }] };
    }),
  });

/** A key as it is printed. */
export const boardKeyOf = (hex: string): { id: string; key: Uint8Array } => {
  const key = new Uint8Array(Buffer.from(hex, 'hex'));
  return { id: keyId(key), key };
};

export const NONCE = '0123456789abcdef'.repeat(2);

export const proveLine = (board = 'greenhouse', key = testKey(), nonce = NONCE): string =>
  Buffer.from(encodeRequest(1, '$prove', { board, key: keyId(key), nonce })).toString();

/** A connection of a board with a key: what it says is signed from $prove on, and what the hub says must be. */
export class KeyedWire {
  readonly end: Awaited<ReturnType<typeof plainTcp>>;
  seal: Seal | undefined;
  /** Lines of the hub that were not signed as they must be. */
  readonly forged: string[] = [];
  /** Every line of the hub, as it came. */
  readonly raw: string[] = [];
  isEnded = false;
  #pending = Buffer.alloc(0);
  #wake = () => {};

  constructor(end: Awaited<ReturnType<typeof plainTcp>>) {
    this.end = end;
    end.socket.on('data', (bytes) => {
      this.#pending = Buffer.concat([this.#pending, bytes]);
      for (let at = this.#pending.indexOf(LF); at >= 0; at = this.#pending.indexOf(LF)) {
        this.raw.push(this.#pending.subarray(0, at).toString());
        this.#pending = this.#pending.subarray(at + 1);
      }
      this.#wake();
    });
    const ended = () => {
      this.isEnded = true;
      this.#wake();
    };
    end.socket.on('end', ended);
    end.socket.on('close', ended);
  }

  /** Proves the key. @returns what the hub answered */
  async prove(board = 'greenhouse', key = testKey()): Promise<JsonObject> {
    this.end.send(proveLine(board, key));
    const answer = JSON.parse((await this.next()) ?? '{}') as JsonObject;
    const { nonce, proof } = (answer.result ?? {}) as { nonce?: string; proof?: string };
    if (nonce !== undefined) {
      const handshake = { board, nonceOfBoard: NONCE, nonceOfHub: nonce };
      if (proof !== hubProof(key, handshake)) throw new Error('the hub has not proved the key');
      this.seal = new Seal(sessionKey(key, handshake), 'board');
    }
    return answer;
  }

  /** Proves the key and says hello. @returns the result */
  async hello(board = 'greenhouse', key = testKey(board), boot = 'b1'): Promise<JsonObject> {
    await this.prove(board, key);
    this.sends(encodeRequest(2, 'hello', { board, boot }));
    const answer = JSON.parse((await this.next()) ?? '{}') as JsonObject;
    if (!answer.result) throw new Error(JSON.stringify(answer));
    return answer.result as JsonObject;
  }

  /** A line as the seal makes it, its LF included. */
  signed(message: string | Uint8Array): Uint8Array {
    const text = Buffer.from(message).toString().trimEnd();
    if (!this.seal) throw new Error('prove first');
    return Buffer.concat([this.seal.sign(Buffer.from(text)), Uint8Array.of(LF)]);
  }

  /** One write. */
  sends(...messages: (string | Uint8Array)[]): void {
    this.end.socket.write(Buffer.concat(messages.map((message) => this.signed(message))));
  }

  /** Bytes as they are. */
  writes(bytes: string | Uint8Array): void {
    this.end.socket.write(bytes);
  }

  #read = 0;

  /** What is in the next line of the hub; undefined when the hub has ended the connection before. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const line = this.raw[this.#read];
      if (line !== undefined) {
        this.#read++;
        return this.#payloadOf(line);
      }
      if (this.isEnded) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** All that comes until the hub ends the connection. */
  async rest(): Promise<string[]> {
    const lines: string[] = [];
    for (let line = await this.next(); line !== undefined; line = await this.next()) lines.push(line);
    this.end.close();
    return lines;
  }

  #payloadOf(line: string): string {
    if (!this.seal) return line;
    const opened = this.seal.open(Buffer.from(line));
    if (typeof opened !== 'string') return Buffer.from(opened).toString();
    this.forged.push(line);
    return line;
  }
}

/** The payload of a signed line, whoever signed it. */
export const payloadOf = (line: string): string => {
  const bytes = Buffer.from(line);
  return bytes.subarray(0, lineTrailer(bytes)?.length ?? bytes.length).toString();
};

/** A hub with a store, and the keys of two boards. */
export async function startKeyed() {
  const store = new MemoryStore();
  const keys = testKeys('greenhouse', 'pump');
  const hub = await startHub({ store, keys });
  const wire = async () => new KeyedWire(await hub.tcp());
  const plain = async () => new Wire(await hub.tcp());
  const stored = async () => (await store.latest('greenhouse')).map(({ metric, value }) => [metric, value]);
  return { ...hub, keys, wire, plain, stored };
}
