/**
 * Our Python modules stand where the chip has C code, which leaves no lines in a traceback. This takes the lines of
 * `/.rom/` out of what is printed; a line is only held back while it may still turn out to be one of them.
 */
import { ROM } from './interpreter.ts';

const MARK = Buffer.from(`  File "${ROM}/`);
const LINE_END = 10;

export class RomFilter {
  /** The beginning of a line that may become a traceback line of ours. */
  #held: number[] = [];
  /** True inside a line of ours: dropped up to its end. */
  #dropping = false;
  #atLineStart = true;

  pass(bytes: Uint8Array): Uint8Array {
    // Nearly everything printed: no line begins like ours, nothing held back.
    if (this.#held.length === 0 && !this.#dropping && !this.#mayMatter(bytes)) {
      if (bytes.length > 0) this.#atLineStart = bytes.at(-1) === LINE_END;
      return bytes;
    }
    const out: number[] = [];
    for (const byte of bytes) this.#take(byte, out);
    return Uint8Array.from(out);
  }

  #mayMatter(bytes: Uint8Array): boolean {
    if (this.#atLineStart && bytes[0] === MARK[0]) return true;
    for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) {
      if (bytes[at + 1] === MARK[0]) return true;
    }
    return false;
  }

  #take(byte: number, out: number[]): void {
    if (this.#dropping) {
      if (byte === LINE_END) {
        this.#dropping = false;
        this.#atLineStart = true;
      }
      return;
    }
    if ((this.#atLineStart || this.#held.length > 0) && byte === MARK[this.#held.length]) {
      this.#held.push(byte);
      this.#atLineStart = false;
      if (this.#held.length === MARK.length) {
        this.#held = [];
        this.#dropping = true;
      }
      return;
    }
    if (this.#held.length > 0) {
      out.push(...this.#held);
      this.#held = [];
    }
    out.push(byte);
    this.#atLineStart = byte === LINE_END;
  }
}
