import { deflateRawSync } from 'node:zlib';
import type { RawRepl } from './raw-repl.ts';
import { BLOCK, encodeBlock, endOfBlocks, FRAME, LEAD, TAKEN, WINDOW_BITS, WRITTEN } from './receiver.ts';
import { garbled } from './repl-error.ts';

/** Frames under way: one that the board takes, and one that waits in its input. */
const AHEAD = 2;
const STEP_MS = 10_000; // a block at 9600 baud takes half of that; to be written, a tenth
const HASH_MS = 120_000; // a megabyte of flash takes a board seconds
const FAILED = 4;
const MOST_PRINTED = 256; // a hash has 64 digits; what is longer is none

export interface SendOptions {
  /** The board can unpack. */
  hasDeflate: boolean;
  /** By frames, each of which is waited for. */
  careful: boolean;
  /** How many of the bytes are in the file. */
  onProgress: (done: number) => void;
}

/**
 * Sends bytes to a `_k_put` that was started, and ends it.
 * @returns the SHA-256 of the file as it lies on the flash now, hex
 * @throws KitelineError BOARD_RAISED, GARBLED, CLOSED
 */
export async function sendBlocks(
  repl: RawRepl,
  bytes: Uint8Array,
  { hasDeflate, careful, onProgress }: SendOptions,
): Promise<string> {
  const way = new Way(repl, careful);
  const deflate = (block: Uint8Array): Uint8Array =>
    hasDeflate ? deflateRawSync(block, { level: 9, windowBits: WINDOW_BITS }) : block;
  let isRunning = true;
  for (let at = 0; isRunning && at < bytes.length; at += BLOCK) {
    isRunning = await way.send(encodeBlock(bytes.subarray(at, at + BLOCK), deflate));
    onProgress(Math.min(at, bytes.length));
  }
  if (isRunning && (await way.send(endOfBlocks()))) onProgress(bytes.length);
  let hash = '';
  const onOutput = (printed: Buffer) => {
    hash = (hash + printed.toString('latin1')).slice(0, MOST_PRINTED);
  };
  await repl.follow({ timeout: HASH_MS, onOutput }); // which throws why it has ended before
  return hash.trim();
}

/** The way to the board, and how much of it may be under way. */
class Way {
  readonly #repl: RawRepl;
  readonly #careful: boolean;
  /** Frames that the board has not taken, and blocks that are not written. */
  #frames = 0;
  #blocks = 0;

  constructor(repl: RawRepl, careful: boolean) {
    this.#repl = repl;
    this.#careful = careful;
  }

  /** A block, once the one before is written. @returns false when the program has ended */
  send({ header, body }: { header: Uint8Array; body: Uint8Array }): Promise<boolean> {
    return this.#careful ? this.#sendFrames(header, body) : this.#sendAtOnce(header, body);
  }

  async #sendAtOnce(header: Uint8Array, body: Uint8Array): Promise<boolean> {
    const all = Buffer.concat([header, body]);
    await this.#repl.reader.send(all.subarray(0, LEAD));
    if (!(await this.#written())) return false;
    if (all.length > LEAD) await this.#repl.reader.send(all.subarray(LEAD));
    if (body.length > 0) this.#blocks += 1;
    return true;
  }

  async #sendFrames(header: Uint8Array, body: Uint8Array): Promise<boolean> {
    if (!(await this.#written())) return false;
    for (const part of [header, body]) {
      for (let at = 0; at < part.length; at += FRAME) {
        while (this.#frames >= AHEAD) if (!(await this.#answer())) return false;
        await this.#repl.reader.send(part.subarray(at, at + FRAME));
        this.#frames += 1;
      }
    }
    if (body.length > 0) this.#blocks += 1;
    else while (this.#frames > 0) if (!(await this.#answer())) return false;
    return true;
  }

  async #written(): Promise<boolean> {
    while (this.#blocks > 0) if (!(await this.#answer())) return false;
    return true;
  }

  async #answer(): Promise<boolean> {
    const { reader, port } = this.#repl;
    const byte = await reader.byte(STEP_MS);
    if (byte === TAKEN) this.#frames -= 1;
    else if (byte === WRITTEN) this.#blocks -= 1;
    else if (byte === FAILED) {
      reader.unread(Buffer.of(FAILED));
      return false;
    } else throw garbled(port.name);
    return true;
  }
}
