import { limits } from './limits.ts';

/** The kinds of value slots. */
export const NUMBER = 0;
export const BOOLEAN = 1;
export const STRING = 2;

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
 * messages are bytes that never change (`literals`) with a value slot between each two of them. `$boot`, null and empty
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

  /** What the scanner needs: the literal bytes, one literal behind the other; there is one more of them than slots. */
  readonly literals: Uint8Array;
  /** Where each literal ends in `literals`. */
  readonly literalEnds: Int32Array;
  /** Kind and place of each slot, in the order of the bytes. */
  readonly slotKinds: Uint8Array;
  readonly slotPlaces: Uint16Array;

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

    this.literals = new Uint8Array(literals.reduce((size, { length }) => size + length, 0));
    this.literalEnds = new Int32Array(literals.length);
    let end = 0;
    literals.forEach((literal, i) => {
      this.literals.set(literal, end);
      end += literal.length;
      this.literalEnds[i] = end;
    });
    this.slotKinds = Uint8Array.from(slots, ({ kind }) => kind);
    this.slotPlaces = Uint16Array.from(slots, ({ place }) => place);
  }
}
