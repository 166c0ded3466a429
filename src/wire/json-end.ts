/**
 * Finds where a JSON object or array ends, a byte at a time, so that a stream needs no separators and an
 * input that stops being JSON is known as text at once. It takes what `parseJson` takes: RFC 8259, and bare
 * NaN and infinities as boards write them.
 */

const VALUE = 0; // a value must come
const ITEM = 1; // after "[": a value or "]"
const KEY = 2; // after "{": a key or "}"
const NEXT_KEY = 3; // after "," in an object: a key
const COLON = 4;
const AFTER = 5; // after a value: "," or the closing bracket
const STRING = 6;
const ESCAPE = 7;
const HEX = 8;
const WORD = 9; // true, false, null, nan, inf, …
const MINUS = 10;
const ZERO = 11;
const DIGITS = 12;
const POINT = 13;
const FRACTION = 14;
const EXPONENT = 15;
const EXPONENT_SIGN = 16;
const EXPONENT_DIGITS = 17;

const QUOTE = 0x22;
const OBJECT = 0x7b;
const ARRAY = 0x5b;

/** What C, MicroPython, CPython and Arduino write for a number that is none, in lower case. */
const NOT_NUMBERS = ['nan', 'inf', 'infinity'];
const LITERALS = ['true', 'false', 'null'];

const isSpace = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
const isLetter = (byte: number) => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const isHex = (byte: number) => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

export const MORE = 0;
export const COMPLETE = 1;
export const NOT_JSON = 2;

export class JsonEnd {
  /** Open brackets from the outermost in; bounded by the caller, which feeds no more than a line. */
  #open: number[] = [];
  #state = VALUE;
  #isKey = false;
  #hexLeft = 0;
  #word = '';
  #negative = false;

  /** Begins anew with the bracket that opens the value. */
  start(bracket: number): void {
    this.#open = [bracket];
    this.#state = bracket === OBJECT ? KEY : ITEM;
  }

  /** @returns MORE, COMPLETE (this byte closes the value) or NOT_JSON (no continuation can make it JSON) */
  feed(byte: number): typeof MORE | typeof COMPLETE | typeof NOT_JSON {
    switch (this.#state) {
      case STRING:
        if (byte === QUOTE) return this.#go(this.#isKey ? COLON : AFTER);
        if (byte === 0x5c) return this.#go(ESCAPE);
        return byte < 0x20 ? NOT_JSON : MORE;
      case ESCAPE:
        if (byte === 0x75) {
          this.#hexLeft = 4;
          return this.#go(HEX);
        }
        // "\/bfnrt
        return '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? this.#go(STRING) : NOT_JSON;
      case HEX:
        if (!isHex(byte)) return NOT_JSON;
        return --this.#hexLeft === 0 ? this.#go(STRING) : MORE;
      case WORD:
        return isLetter(byte) ? this.#letter(byte) : this.#endWord(byte);
      case MINUS:
        if (isLetter(byte)) return this.#beginWord(byte, true);
        return isDigit(byte) ? this.#go(byte === 0x30 ? ZERO : DIGITS) : NOT_JSON;
      case ZERO:
      case DIGITS:
        if (isDigit(byte)) return this.#state === DIGITS ? MORE : NOT_JSON;
        if (byte === 0x2e) return this.#go(POINT);
        return (byte | 0x20) === 0x65 ? this.#go(EXPONENT) : this.#after(byte);
      case POINT:
        return isDigit(byte) ? this.#go(FRACTION) : NOT_JSON;
      case FRACTION:
        if (isDigit(byte)) return MORE;
        return (byte | 0x20) === 0x65 ? this.#go(EXPONENT) : this.#after(byte);
      case EXPONENT:
        if (byte === 0x2b || byte === 0x2d) return this.#go(EXPONENT_SIGN);
        return isDigit(byte) ? this.#go(EXPONENT_DIGITS) : NOT_JSON;
      case EXPONENT_SIGN:
        return isDigit(byte) ? this.#go(EXPONENT_DIGITS) : NOT_JSON;
      case EXPONENT_DIGITS:
        return isDigit(byte) ? MORE : this.#after(byte);
      case AFTER:
        return this.#after(byte);
      default:
        return isSpace(byte) ? MORE : this.#token(byte);
    }
  }

  #go(state: number): typeof MORE {
    this.#state = state;
    return MORE;
  }

  /** A byte that is no space where a value, a key or a colon is due. */
  #token(byte: number): typeof MORE | typeof COMPLETE | typeof NOT_JSON {
    if (this.#state === COLON) return byte === 0x3a ? this.#go(VALUE) : NOT_JSON;
    if (this.#state === KEY || this.#state === NEXT_KEY) {
      if (byte === QUOTE) return this.#beginString(true);
      return this.#state === KEY && byte === 0x7d ? this.#close() : NOT_JSON;
    }
    if (byte === QUOTE) return this.#beginString(false);
    if (byte === OBJECT || byte === ARRAY) {
      this.#open.push(byte);
      return this.#go(byte === OBJECT ? KEY : ITEM);
    }
    if (byte === 0x5d && this.#state === ITEM) return this.#close();
    if (byte === 0x2d) return this.#go(MINUS);
    if (isDigit(byte)) return this.#go(byte === 0x30 ? ZERO : DIGITS);
    return isLetter(byte) ? this.#beginWord(byte, false) : NOT_JSON;
  }

  #after(byte: number): typeof MORE | typeof COMPLETE | typeof NOT_JSON {
    this.#state = AFTER;
    if (isSpace(byte)) return MORE;
    const inObject = this.#open.at(-1) === OBJECT;
    if (byte === 0x2c) return this.#go(inObject ? NEXT_KEY : VALUE);
    return byte === (inObject ? 0x7d : 0x5d) ? this.#close() : NOT_JSON;
  }

  #close(): typeof MORE | typeof COMPLETE {
    this.#open.pop();
    this.#state = AFTER;
    return this.#open.length === 0 ? COMPLETE : MORE;
  }

  #beginString(isKey: boolean): typeof MORE {
    this.#isKey = isKey;
    return this.#go(STRING);
  }

  #beginWord(byte: number, negative: boolean): typeof MORE | typeof NOT_JSON {
    this.#word = '';
    this.#negative = negative;
    this.#state = WORD;
    return this.#letter(byte);
  }

  #letter(byte: number): typeof MORE | typeof NOT_JSON {
    this.#word += String.fromCharCode(byte);
    const lower = this.#word.toLowerCase();
    if (NOT_NUMBERS.some((word) => word.startsWith(lower))) return MORE;
    const literal = !this.#negative && LITERALS.some((word) => word.startsWith(this.#word));
    return literal ? MORE : NOT_JSON;
  }

  #endWord(byte: number): typeof MORE | typeof COMPLETE | typeof NOT_JSON {
    const known = NOT_NUMBERS.includes(this.#word.toLowerCase()) || LITERALS.includes(this.#word);
    return known ? this.#after(byte) : NOT_JSON;
  }
}
