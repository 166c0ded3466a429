import { limits } from './limits.ts';

/** The kinds of values. The numbers are part of the stores' formats on disk. */
export const NUMBER = 0;
export const BOOLEAN = 1;
export const STRING = 2;
/** In place of a kind: the message ends behind this literal. */
export const END = 3;

/** Where a scan leaves `$t` and `$seq`: behind the places of the metrics. */
export const TIME_PLACE = limits.metrics;
export const SEQ_PLACE = limits.metrics + 1;
export const PLACES = limits.metrics + 2;

/** One value slot of a form. */
export interface Slot {
  kind: number;
  /** Which place of `Scanner.values` it fills: the metric's index, `TIME_PLACE` or `SEQ_PLACE`. */
  place: number;
}

/**
 * One known form of a sample object: the same keys in the same order, the same white space, the same kinds of values. Its
 * messages are bytes that never change, the literals, with a value slot between each two of them. `$boot`, null and empty
 * containers are part of the literals. Immutable: whoever holds one may pass it to any scanner for ever.
 */
export class Shape {
  /** Names after flattening, in the order of `sampleOf()`. */
  readonly metrics: readonly string[];
  /** The kind of each metric: NUMBER, BOOLEAN or STRING. */
  readonly kinds: Uint8Array;
  readonly allNumbers: boolean;
  readonly hasTime: boolean;
  readonly hasSeq: boolean;
  readonly boot: string | undefined;

  /**
   * What the scanner runs through, all numbers in one array, which is what makes it fast. For each literal: its length in
   * bytes; the kind of the slot behind it, or END; that slot's place; its bytes as words of four, little-endian, the last of
   * which begins four bytes before the literal's end; or, of one to three bytes, one word. `lastByte` is left out.
   */
  readonly program: Int32Array;
  /** The last byte of every message of this form: `}` or white space. */
  readonly lastByte: number;

  /**
   * @param literals one more than slots; none is empty; the last one ends in `}` or white space
   * @param metrics the name of each place below `TIME_PLACE` that a slot fills
   */
  constructor(
    literals: readonly Uint8Array[],
    slots: readonly Slot[],
    metrics: readonly string[],
    boot: string | undefined,
  ) {
    this.metrics = metrics;
    this.kinds = new Uint8Array(metrics.length);
    for (const { kind, place } of slots) if (place < metrics.length) this.kinds[place] = kind;
    this.allNumbers = this.kinds.every((kind) => kind === NUMBER);
    this.hasTime = slots.some(({ place }) => place === TIME_PLACE);
    this.hasSeq = slots.some(({ place }) => place === SEQ_PLACE);
    this.boot = boot;
    this.program = Int32Array.from(
      literals.flatMap((literal, i) => {
        const { kind, place } = slots[i] ?? { kind: END, place: 0 };
        const compared = kind === END ? literal.subarray(0, -1) : literal;
        return [compared.length, kind, place, ...wordsOf(compared)];
      }),
    );
    this.lastByte = literals.at(-1)?.at(-1) ?? 0;
  }
}

function wordsOf(literal: Uint8Array): number[] {
  const words: number[] = [];
  for (let at = 0; at < literal.length - 4; at += 4) words.push(wordAt(literal, at));
  if (literal.length > 0) words.push(wordAt(literal, Math.max(0, literal.length - 4)));
  return words;
}

/** Four bytes as one word, little-endian; zeros behind the end. */
const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) |
  ((bytes[at + 1] ?? 0) << 8) |
  ((bytes[at + 2] ?? 0) << 16) |
  ((bytes[at + 3] ?? 0) << 24);
