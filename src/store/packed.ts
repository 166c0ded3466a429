import { BOOLEAN, NUMBER, STRING, type Value } from '../wire/index.ts';
import { checkNumbers, checkTime } from './accept.ts';
import type { StoredSample } from './store.ts';

/** Which series the values of a sample belong to: one board's, by their metrics in order. Half a surrogate pair in a name is U+FFFD. */
export class Layout {
  readonly board: string;
  readonly metrics: readonly string[];
  /** Metric → unit, where one was named. */
  readonly units: ReadonlyMap<string, string> | undefined;
  /** Where it stands in the `PackedSamples` that it was added to last. For that class alone. */
  place = 0;
  fill = 0;
  /** About what it costs, in bytes: its names, here and in its key. */
  readonly bytes: number;
  #key: string | undefined;

  constructor(board: string, metrics: readonly string[], units?: ReadonlyMap<string, string>) {
    this.board = board.toWellFormed();
    this.metrics = metrics.every((metric) => metric.isWellFormed())
      ? metrics
      : metrics.map((metric) => metric.toWellFormed());
    this.units = units && wellFormed(units);
    let characters = board.length;
    for (const metric of metrics) characters += metric.length;
    for (const [metric, unit] of units ?? []) characters += metric.length + unit.length;
    this.bytes = 128 + 4 * characters;
  }

  /** All of it as one line of JSON, the same for equal layouts: `[board, metrics, units]`. */
  get key(): string {
    this.#key ??= JSON.stringify([this.board, this.metrics, ...(this.units ? [[...this.units]] : [])]);
    return this.#key;
  }

  /** @throws SyntaxError for what is no key */
  static fromKey(key: string): Layout {
    const [board, metrics, units] = JSON.parse(key) as [string, string[], [string, string][]?];
    return new Layout(board, metrics, units && new Map(units));
  }
}

// A number is itself. What is none is a NaN that no number is: the upper half says what it is, the lower half which.
const BOOLEAN_BITS = 0x7ffc_0000;
const STRING_BITS = 0x7ffd_0000;

/** Words before the values of a sample: which layout, and when. */
const HEAD = 2;
const FIRST_WORDS = 1024;
const FIRST_BYTES = 1024;

/** What packed samples are when they travel to another thread or into the log. */
export interface PackedParts {
  /** Of each sample: the place of its layout in `layouts`, its time in milliseconds since 1970, one word a value. */
  words: Float64Array;
  /** The strings among the values, each behind its length in bytes (uint32, little-endian). */
  strings: Uint8Array;
  /** Keys of the layouts. */
  layouts: readonly string[];
}

/**
 * Samples on their way to a store, packed: eight bytes a value, in memory that threads share, so that none of them
 * costs an object. Whoever fills it and hands it to a store leaves it alone until the store is done with it. Whatever
 * adds to it throws BAD_ARGUMENT for a time that no store keeps: in the log it would stand in the way of all behind it.
 */
export class PackedSamples {
  /** Samples. */
  length = 0;
  /** Values of all of them. */
  values = 0;
  #layouts: Layout[] = [];
  #layoutBytes = 0;
  #words = new Float64Array(new SharedArrayBuffer(8 * FIRST_WORDS));
  #bits = new Uint32Array(this.#words.buffer);
  #used = 0;
  #strings = Buffer.from(new SharedArrayBuffer(FIRST_BYTES));
  #stringBytes = 0;
  #fill = nextFill();

  /** @throws KitelineError BAD_ARGUMENT for a time that is no whole number of milliseconds within ±8.64e15, or a number that is not finite */
  static of(samples: Iterable<StoredSample>): PackedSamples {
    const packed = new PackedSamples();
    for (const sample of samples) {
      checkNumbers(sample);
      const { board, at, values, units } = sample;
      packed.add(new Layout(board, [...values.keys()], units), at, [...values.values()]);
    }
    return packed;
  }

  /** @param parts as another `parts` gave them; not copied */
  static fromParts({ words, strings, layouts }: PackedParts, layoutOf = Layout.fromKey): PackedSamples {
    const packed = new PackedSamples();
    packed.#layouts = layouts.map(layoutOf);
    packed.#words = words as Float64Array<SharedArrayBuffer>;
    packed.#bits = new Uint32Array(words.buffer as SharedArrayBuffer, words.byteOffset, 2 * words.length);
    packed.#used = words.length;
    packed.#strings = Buffer.from(strings.buffer as SharedArrayBuffer, strings.byteOffset, strings.length);
    packed.#stringBytes = strings.length;
    for (let at = 0; at < words.length; ) {
      const count = packed.#layouts[words[at] ?? -1]?.metrics.length;
      if (count === undefined) throw new RangeError('a sample of no layout');
      packed.length++;
      packed.values += count;
      at += HEAD + count;
    }
    return packed;
  }

  /** About what it costs, in bytes. */
  get bytes(): number {
    return 8 * this.#used + this.#stringBytes + this.#layoutBytes;
  }

  get parts(): PackedParts {
    return {
      words: this.#words.subarray(0, this.#used),
      strings: this.#strings.subarray(0, this.#stringBytes),
      layouts: this.#layouts.map((layout) => layout.key),
    };
  }

  /** Empty again; the memory is kept for what comes next. */
  clear(): void {
    this.length = 0;
    this.values = 0;
    this.#layouts = [];
    this.#layoutBytes = 0;
    this.#used = 0;
    this.#stringBytes = 0;
    this.#fill = nextFill();
  }

  /** @param values as many as the layout has metrics; a lone surrogate in a string becomes U+FFFD */
  add(layout: Layout, at: number, values: readonly Value[]): void {
    let word = this.#begin(layout, at);
    for (const value of values) {
      if (typeof value === 'number') this.#words[word] = value;
      else if (typeof value === 'boolean') this.#putBits(word, BOOLEAN_BITS, value ? 1 : 0);
      else this.#putString(word, value);
      word++;
    }
  }

  /** @param numbers one a metric, finite; more are ignored */
  addNumbers(layout: Layout, at: number, numbers: Float64Array): void {
    const word = this.#begin(layout, at);
    const count = layout.metrics.length;
    for (let i = 0; i < count; i++) this.#words[word + i] = numbers[i] as number;
  }

  /**
   * A sample as a scanner read it.
   * @param kinds of each metric
   * @param values of each metric: a number; 0 or 1 for a boolean; for a string where it begins in `bytes`, and `ends` where it ends
   */
  addScanned(
    layout: Layout,
    at: number,
    kinds: Uint8Array,
    values: Float64Array,
    ends: Int32Array,
    bytes: Uint8Array,
  ): void {
    const word = this.#begin(layout, at);
    const count = layout.metrics.length;
    for (let i = 0; i < count; i++) {
      const value = values[i] as number;
      if (kinds[i] === NUMBER) this.#words[word + i] = value;
      else if (kinds[i] === BOOLEAN) this.#putBits(word + i, BOOLEAN_BITS, value);
      else this.#putBytes(word + i, bytes, value, ends[i] as number);
    }
  }

  /** Every sample in order. @param visit is given the place of its first value, for `kindAt` and those below it */
  forEach(visit: (layout: Layout, at: number, first: number) => void): void {
    for (let word = 0; word < this.#used; ) {
      const layout = this.#layouts[this.#words[word] as number] as Layout;
      visit(layout, this.#words[word + 1] as number, word + HEAD);
      word += HEAD + layout.metrics.length;
    }
  }

  *[Symbol.iterator](): Generator<StoredSample> {
    for (let word = 0; word < this.#used; ) {
      const layout = this.#layouts[this.#words[word] as number] as Layout;
      yield this.sampleAt(layout, this.#words[word + 1] as number, word + HEAD);
      word += HEAD + layout.metrics.length;
    }
  }

  /** One sample as an object of its own, from what `forEach` gave. */
  sampleAt(layout: Layout, at: number, first: number): StoredSample {
    const { board, metrics, units } = layout;
    const values = new Map<string, Value>();
    for (let i = 0; i < metrics.length; i++) values.set(metrics[i] as string, this.valueAt(first + i));
    return { board, at, values, ...(units && { units }) };
  }

  kindAt(word: number): number {
    const number = this.#words[word] as number;
    if (!Number.isNaN(number)) return NUMBER;
    const bits = this.#bits[2 * word + 1];
    return bits === BOOLEAN_BITS ? BOOLEAN : bits === STRING_BITS ? STRING : NUMBER;
  }

  /** @returns a number; for a boolean 0 or 1 */
  numberAt(word: number): number {
    const number = this.#words[word] as number;
    return !Number.isNaN(number) || this.#bits[2 * word + 1] !== BOOLEAN_BITS
      ? number
      : (this.#bits[2 * word] as number);
  }

  valueAt(word: number): Value {
    const kind = this.kindAt(word);
    if (kind === STRING) return this.#stringAt(this.#bits[2 * word] as number);
    return kind === BOOLEAN ? this.numberAt(word) === 1 : (this.#words[word] as number);
  }

  #stringAt(from: number): string {
    const size = this.#strings.readUInt32LE(from);
    return this.#strings.toString('utf8', from + 4, from + 4 + size);
  }

  /** @returns the place of the sample's first value */
  #begin(layout: Layout, at: number): number {
    checkTime(layout.board, at);
    if (layout.fill !== this.#fill) {
      layout.fill = this.#fill;
      layout.place = this.#layouts.push(layout) - 1;
      this.#layoutBytes += layout.bytes;
    }
    const count = layout.metrics.length;
    const word = this.#used;
    const used = word + HEAD + count;
    if (used > this.#words.length) this.#growWords(used);
    this.#words[word] = layout.place;
    this.#words[word + 1] = at;
    this.#used = used;
    this.length++;
    this.values += count;
    return word + HEAD;
  }

  #putBits(word: number, high: number, low: number): void {
    this.#bits[2 * word] = low;
    this.#bits[2 * word + 1] = high;
  }

  #putString(word: number, value: string): void {
    const size = Buffer.byteLength(value);
    const to = this.#roomFor(word, size);
    this.#strings.write(value, to, size, 'utf8');
  }

  #putBytes(word: number, bytes: Uint8Array, from: number, end: number): void {
    const to = this.#roomFor(word, end - from);
    for (let i = from; i < end; i++) this.#strings[to + i - from] = bytes[i] as number;
  }

  /** @returns where the string's bytes belong */
  #roomFor(word: number, size: number): number {
    const from = this.#stringBytes;
    const end = from + 4 + size;
    if (end > this.#strings.length) this.#growStrings(end);
    this.#strings.writeUInt32LE(size, from);
    this.#stringBytes = end;
    this.#putBits(word, STRING_BITS, from);
    return from + 4;
  }

  #growWords(least: number): void {
    const grown = new Float64Array(new SharedArrayBuffer(8 * Math.max(least, 2 * this.#words.length)));
    const bits = new Uint32Array(grown.buffer);
    bits.set(this.#bits.subarray(0, 2 * this.#used)); // as bits: a NaN must stay the one it is
    this.#words = grown;
    this.#bits = bits;
  }

  #growStrings(least: number): void {
    const grown = Buffer.from(new SharedArrayBuffer(Math.max(least, 2 * this.#strings.length)));
    grown.set(this.#strings.subarray(0, this.#stringBytes));
    this.#strings = grown;
  }
}

function wellFormed(units: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  for (const [metric, unit] of units) {
    if (metric.isWellFormed() && unit.isWellFormed()) continue;
    return new Map([...units].map(([name, one]) => [name.toWellFormed(), one.toWellFormed()]));
  }
  return units;
}

let fills = 0;
/** A number of its own for each filling, so that a layout knows whether its place is of this one. */
const nextFill = (): number => ++fills;
