import { COMPLETE, JsonEnd, NOT_JSON } from './json-end.ts';
import { limits } from './limits.ts';
import { endsInsideCharacter } from './utf8.ts';

const LF = 0x0a;
const CR = 0x0d;
const OBJECT = 0x7b;
const ARRAY = 0x5b;
const NOTHING = new Uint8Array(0);

/** What a framer lost, since it was made. */
export interface FramerCounts {
  /** Messages over `limits.lineBytes`, each counted once, when it passed the limit. */
  tooLong: number;
  /** Unfinished messages that ended with their connection. */
  cut: number;
  /** Bytes of both. */
  droppedBytes: number;
}

const isSpace = (byte: number) => byte === 0x20 || byte === 0x09 || byte === CR;

// Where an unframed connection stands; a framed one is in LINE for good.
const START = 0; // nothing but white space yet: what comes decides
const TEXT = 1;
const JSON_VALUE = 2;
const LINE = 3;

/**
 * Cuts a stream into messages (DESIGN 3.1). Until its first LF a connection is unframed: what begins with `{` or `[`
 * is a message when it is complete JSON, other text when the owner says `quiet()`. After the first LF each line is one.
 * Without `quiet()` the messages depend on the bytes only, never on how they were split.
 *
 * Units are views into the bytes that were pushed: whoever keeps one copies it. No unit is empty. Memory: at most
 * `limits.lineBytes` and a few, and none while nothing is pending.
 */
export class LineFramer {
  readonly counts: FramerCounts = { tooLong: 0, cut: 0, droppedBytes: 0 };
  #state = START;
  #json = new JsonEnd();
  #pending = NOTHING;
  #length = 0; // bytes used of #pending
  #discarding = false;
  #afterJson = false; // white space behind complete JSON only separates
  #quietRounds = 0;

  /** Whether the connection is line-framed. */
  get framed(): boolean {
    return this.#state === LINE;
  }

  /** Bytes held back until their message is complete. */
  get pendingBytes(): number {
    return this.#length;
  }

  /** Whether the owner should call `quiet()` once nothing has come for `limits.quietMs`. */
  get wantsQuiet(): boolean {
    if (this.#state === LINE) return false;
    return this.#discarding || (this.#length > 0 && this.#state !== JSON_VALUE);
  }

  /** Line-framed from here on, as after a `hello`: what is pending becomes the beginning of the next line. */
  frame(): void {
    this.#state = LINE;
  }

  /** Takes the next bytes. @returns the messages that they complete */
  push(bytes: Uint8Array): Uint8Array[] {
    const units: Uint8Array[] = [];
    this.#quietRounds = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === LINE || this.#state === TEXT || this.#discarding)
        at = this.#toLineFeed(bytes, at, units);
      else if (this.#state === JSON_VALUE) at = this.#toJsonEnd(bytes, at, units, 0);
      else at = this.#begin(bytes, at, units);
    }
    return units;
  }

  /** The stream has been silent for `limits.quietMs`. @returns the text that this ends, if any */
  quiet(): Uint8Array[] {
    if (!this.wantsQuiet) return [];
    if (this.#discarding) {
      // An unframed text that was too long ends as any other does; a framed line ends at its LF only.
      this.#discarding = false;
      this.#state = START;
      return [];
    }
    this.#quietRounds++;
    const text = this.#pending.subarray(0, this.#length);
    if (this.#quietRounds < limits.quietRounds && endsInsideCharacter(text)) return [];
    return this.#rest();
  }

  /** The peer has finished sending (FIN). @returns what an unframed connection had left; a cut line is counted */
  end(): Uint8Array[] {
    if (this.#state === LINE || this.#discarding) {
      this.abort();
      return [];
    }
    return this.#rest();
  }

  /** The connection broke (RST): what is pending is counted and gone. */
  abort(): void {
    if (this.#length > 0) {
      this.counts.cut++;
      this.counts.droppedBytes += this.#length;
    }
    this.#release();
    this.#discarding = false;
  }

  #rest(): Uint8Array[] {
    const units: Uint8Array[] = [];
    this.#emit(NOTHING, 0, 0, units);
    this.#state = START;
    return units;
  }

  /** The first byte that is no white space decides what an unframed message is. */
  #begin(bytes: Uint8Array, from: number, units: Uint8Array[]): number {
    let at = from;
    while (at < bytes.length && isSpace(bytes[at] ?? 0)) at++;
    if (this.#afterJson) {
      this.#release();
      from = at;
    }
    const byte = bytes[at];
    if (byte === undefined) return this.#carry(bytes, from);
    if (byte === LF) return this.#toLineFeed(bytes, from, units);
    if (this.#length + at - from > limits.lineBytes) {
      this.#discard(at - from);
      return at;
    }
    if (byte !== OBJECT && byte !== ARRAY) {
      this.#state = TEXT;
      return from;
    }
    this.#release(); // white space in front of JSON belongs to nothing
    this.#json.start(byte);
    this.#state = JSON_VALUE;
    return this.#toJsonEnd(bytes, at, units, 1);
  }

  /** @param fed how many of the bytes from `from` on `#json` has seen */
  #toJsonEnd(bytes: Uint8Array, from: number, units: Uint8Array[], fed: number): number {
    const room = limits.lineBytes - this.#length;
    for (let at = from + fed; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === LF) return this.#toLineFeed(bytes, from, units);
      if (at - from >= room) {
        this.#discard(at - from);
        return at;
      }
      const answer = this.#json.feed(byte);
      if (answer === COMPLETE) {
        this.#emit(bytes, from, at + 1, units);
        this.#state = START;
        this.#afterJson = true;
        return at + 1;
      }
      if (answer === NOT_JSON) {
        this.#state = TEXT;
        return from;
      }
    }
    this.#keep(bytes, from, bytes.length);
    return bytes.length;
  }

  #toLineFeed(bytes: Uint8Array, from: number, units: Uint8Array[]): number {
    const end = bytes.indexOf(LF, from);
    if (end < 0) return this.#carry(bytes, from);
    if (this.#discarding) {
      this.counts.droppedBytes += end - from;
      this.#discarding = false;
    } else {
      this.#emit(bytes, from, end, units);
    }
    this.#state = LINE;
    return end + 1;
  }

  /** Keeps what has no end yet, unless that makes it too long: one byte more than the limit may be the CR. */
  #carry(bytes: Uint8Array, from: number): number {
    const size = bytes.length - from;
    const total = this.#length + size;
    if (this.#discarding) this.counts.droppedBytes += size;
    else if (total > limits.lineBytes + 1 || (total > limits.lineBytes && bytes[bytes.length - 1] !== CR))
      this.#discard(size);
    else this.#keep(bytes, from, bytes.length);
    return bytes.length;
  }

  #discard(more: number): void {
    this.counts.tooLong++;
    this.counts.droppedBytes += this.#length + more;
    this.#release();
    this.#discarding = true;
  }

  /** Hands over pending bytes and `bytes[from..to)` as one unit, a CR at its end left out; nothing if it is empty. */
  #emit(bytes: Uint8Array, from: number, to: number, units: Uint8Array[]): void {
    this.#afterJson = false;
    const size = this.#length + to - from;
    const last = to > from ? bytes[to - 1] : this.#pending[this.#length - 1];
    const length = size > 0 && last === CR ? size - 1 : size;
    if (length > limits.lineBytes) {
      this.counts.tooLong++;
      this.counts.droppedBytes += size;
    } else if (length > 0 && this.#length === 0) {
      // Not subarray(), which asks a Buffer for its species: half of what cutting a line costs.
      units.push(new Uint8Array(bytes.buffer, bytes.byteOffset + from, length));
    } else if (length > 0) {
      this.#keep(bytes, from, to);
      units.push(this.#pending.subarray(0, length)); // the unit takes the memory with it
    }
    this.#release();
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    const total = this.#length + to - from;
    if (total > this.#pending.length) {
      // Doubling: a byte a second costs no more copies than one gulp.
      const grown = new Uint8Array(
        Math.max(64, total, Math.min(2 * this.#pending.length, limits.lineBytes + 1)),
      );
      grown.set(this.#pending.subarray(0, this.#length));
      this.#pending = grown;
    }
    this.#pending.set(bytes.subarray(from, to), this.#length);
    this.#length = total;
  }

  #release(): void {
    this.#pending = NOTHING;
    this.#length = 0;
  }
}
