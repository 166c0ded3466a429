import { parseJson } from './json.ts';
import { limits } from './limits.ts';
import { BOOLEAN, NUMBER, SEQ_PLACE, Shape, type Slot, STRING, TIME_PLACE } from './shape.ts';
import { decodeUtf8 } from './utf8.ts';

/**
 * Bytes of literals and UTF-16 units of names that one shape may hold: a message of `limits.lineBytes` whose names are
 * not much repeated by nesting. Times the number of shapes, this bounds what peers can make a scanner keep.
 */
const SHAPE_SIZE = 16_384;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;

/**
 * Takes a message apart into literals and value slots: strict JSON, an object at its very beginning.
 * @returns undefined for anything that has no form, or none that is worth keeping. It is a reading only: whether it is the
 *   decoder's (duplicate keys, keys that JSON.parse reorders) is for the caller to compare.
 */
export function formOf(bytes: Uint8Array): Shape | undefined {
  if (bytes[0] !== OBJECT || bytes.length > limits.lineBytes) return undefined;
  return new Form(bytes).read();
}

/** Reads as long as all is well; each step says whether it was. */
class Form {
  readonly #bytes: Uint8Array;
  #at = 0;
  #literals: Uint8Array[] = [];
  #literalFrom = 0;
  #slots: Slot[] = [];
  #metrics: string[] = [];
  #boot: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(): Shape | undefined {
    const ok = this.#members((key) => (key.startsWith('$') ? this.#ours(key) : this.#value(key, 1)));
    this.#space();
    if (!ok || this.#at !== this.#bytes.length) return undefined;
    const size = this.#metrics.reduce((sum, name) => sum + name.length, this.#bytes.length);
    if (size > SHAPE_SIZE) return undefined;
    this.#literals.push(this.#bytes.slice(this.#literalFrom));
    return new Shape(this.#literals, this.#slots, this.#metrics, this.#boot);
  }

  /** The members of an object, from its opening to behind its closing bracket. */
  #members(member: (key: string) => boolean): boolean {
    return this.#list(OBJECT_END, () => {
      const key = this.#string();
      this.#space();
      if (key === undefined || !this.#is(0x3a)) return false;
      this.#space();
      return member(key);
    });
  }

  #list(end: number, item: (index: number) => boolean): boolean {
    this.#at++;
    this.#space();
    if (this.#is(end)) return true;
    for (let index = 0; ; index++) {
      this.#space();
      if (!item(index)) return false;
      this.#space();
      if (this.#is(end)) return true;
      if (!this.#is(COMMA)) return false;
    }
  }

  /** The value of a key of ours: `$boot` and null stay literal, `$t` and `$seq` are slots. */
  #ours(key: string): boolean {
    if (this.#word('null')) return true;
    if (key === '$boot') return this.#readBoot();
    const place = key === '$t' ? TIME_PLACE : key === '$seq' ? SEQ_PLACE : -1;
    if (place < 0 || this.#slots.some((slot) => slot.place === place)) return false;
    const from = this.#at;
    return this.#number() && this.#slot(NUMBER, place, from, this.#at);
  }

  /** A boot id, once: text, or a number that is shown as one. */
  #readBoot(): boolean {
    if (this.#boot !== undefined) return false;
    const from = this.#at;
    this.#boot = this.#string();
    if (this.#boot === undefined && this.#number())
      this.#boot = String(Number(decodeUtf8(this.#bytes.subarray(from, this.#at))));
    return this.#boot !== undefined;
  }

  /** A value as `sampleOf()` flattens it; `depth` counts as there, and keeps hostile nesting off the stack. */
  #value(name: string, depth: number): boolean {
    const byte = this.#bytes[this.#at];
    if (byte === OBJECT || byte === ARRAY) {
      if (depth >= limits.depth) return false;
      if (byte === OBJECT) return this.#members((key) => this.#value(`${name}.${key}`, depth + 1));
      return this.#list(ARRAY_END, (index) => this.#value(`${name}.${index}`, depth + 1));
    }
    if (this.#word('null')) return true;
    const from = this.#at;
    if (byte === QUOTE)
      return this.#string() !== undefined && this.#metric(name, STRING, from + 1, this.#at - 1);
    if (this.#word('true') || this.#word('false')) return this.#metric(name, BOOLEAN, from, this.#at);
    return this.#number() && this.#metric(name, NUMBER, from, this.#at);
  }

  #metric(name: string, kind: number, from: number, to: number): boolean {
    this.#metrics.push(name);
    return this.#metrics.length <= limits.metrics && this.#slot(kind, this.#metrics.length - 1, from, to);
  }

  #slot(kind: number, place: number, from: number, to: number): true {
    this.#literals.push(this.#bytes.slice(this.#literalFrom, from));
    this.#slots.push({ kind, place });
    this.#literalFrom = to;
    return true;
  }

  /** The string at this place, decoded; undefined where there is none. */
  #string(): string | undefined {
    const from = this.#at;
    if (!this.#is(QUOTE)) return undefined;
    for (; this.#at < this.#bytes.length; this.#at++) {
      const byte = this.#bytes[this.#at];
      if (byte === BACKSLASH) this.#at++;
      else if (byte === QUOTE) {
        const text = decodeUtf8(this.#bytes.subarray(from, ++this.#at));
        const value = text === undefined ? undefined : parseJson(text)?.value;
        return typeof value === 'string' ? value : undefined;
      }
    }
    return undefined;
  }

  /** Passes what could be a number: whether it is one, the scanner decides, which must read it. */
  #number(): boolean {
    const from = this.#at;
    while (isNumeric(this.#bytes[this.#at] ?? 0)) this.#at++;
    return this.#at > from;
  }

  #word(word: string): boolean {
    for (let i = 0; i < word.length; i++) if (this.#bytes[this.#at + i] !== word.charCodeAt(i)) return false;
    this.#at += word.length;
    return true;
  }

  #is(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (isSpace(this.#bytes[this.#at] ?? 0)) this.#at++;
  }
}

const isSpace = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;

/** Digits and `+ - . E e`. */
const isNumeric = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e || (byte | 0x20) === 0x65;
