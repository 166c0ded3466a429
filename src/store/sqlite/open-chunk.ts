import type { Value } from '../../wire/index.ts';
import { KIND, type PointColumns } from '../chunk/index.ts';

/** Points of a chunk; then it is sealed. */
export const CHUNK_POINTS = 2048;
/** Bytes of the strings of a chunk; a chunk of long texts is sealed before it has all its points. */
const CHUNK_STRING_BYTES = 128 * 1024;
const FIRST_POINTS = 16;
const POINT_BYTES = 16;

/** The newest points of a series, in the order in which they came, until they make a chunk. */
export class OpenChunk {
  length = 0;
  #times: Float64Array;
  #numbers: Float64Array;
  #kinds: Uint8Array | undefined; // once there is a value that is no number
  #strings: string[] = [];
  #places: Map<string, number> | undefined;
  #stringBytes = 0;
  #inOrder = true;

  /** @param busy whether it will be full soon, as the one before it was */
  constructor(busy = false) {
    const size = busy ? CHUNK_POINTS : FIRST_POINTS;
    this.#times = new Float64Array(size);
    this.#numbers = new Float64Array(size);
  }

  /** @param points become the first */
  static of(points: PointColumns): OpenChunk {
    const chunk = new OpenChunk();
    for (let i = 0; i < points.length; i++) {
      const number = points.numbers[i] as number;
      const kind = points.kinds?.[i] ?? KIND.NUMBER;
      if (kind === KIND.STRING) chunk.addString(points.times[i] as number, points.strings[number] as string);
      else chunk.add(points.times[i] as number, kind, number);
    }
    return chunk;
  }

  /** Empty again, its memory kept for the next chunk of a busy series: to ask the system for 32 KB each time lets it fray. */
  clear(): void {
    this.length = 0;
    this.#kinds = undefined;
    this.#strings = [];
    this.#places = undefined;
    this.#stringBytes = 0;
    this.#inOrder = true;
  }

  get isFull(): boolean {
    return this.length >= CHUNK_POINTS || this.#stringBytes >= CHUNK_STRING_BYTES;
  }

  /** Points that it has room for without growing. */
  get capacity(): number {
    return this.#times.length;
  }

  /** About what it costs in memory. */
  get bytes(): number {
    return this.#times.length * POINT_BYTES + 2 * this.#stringBytes;
  }

  /** @param kind NUMBER, or BOOLEAN with 0 or 1 */
  add(at: number, kind: number, number: number): void {
    const place = this.length;
    if (place === this.#times.length) this.#grow();
    if (place > 0 && at < (this.#times[place - 1] as number)) this.#inOrder = false;
    this.#times[place] = at;
    this.#numbers[place] = number;
    if (kind !== KIND.NUMBER) this.#kinds ??= new Uint8Array(this.#times.length);
    if (this.#kinds) this.#kinds[place] = kind;
    this.length = place + 1;
  }

  addString(at: number, value: string): void {
    this.#places ??= new Map();
    let place = this.#places.get(value);
    if (place === undefined) {
      place = this.#strings.push(value) - 1;
      this.#places.set(value, place);
      this.#stringBytes += value.length;
    }
    this.add(at, KIND.STRING, place);
  }

  /** By time, those of the same millisecond in the order in which they came. Not a copy where they came so. */
  get points(): PointColumns {
    const { length } = this;
    const strings = this.#strings;
    if (this.#inOrder) {
      return { length, times: this.#times, numbers: this.#numbers, kinds: this.#kinds, strings };
    }
    const order = Array.from({ length }, (_, place) => place);
    order.sort((a, b) => (this.#times[a] as number) - (this.#times[b] as number)); // stable
    return {
      length,
      times: Float64Array.from(order, (place) => this.#times[place] as number),
      numbers: Float64Array.from(order, (place) => this.#numbers[place] as number),
      kinds: this.#kinds && Uint8Array.from(order, (place) => this.#kinds?.[place] ?? KIND.NUMBER),
      strings,
    };
  }

  #grow(): void {
    const size = Math.min(CHUNK_POINTS, 2 * this.#times.length);
    const times = new Float64Array(size);
    times.set(this.#times);
    this.#times = times;
    const numbers = new Float64Array(size);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    if (!this.#kinds) return;
    const kinds = new Uint8Array(size);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
  }
}

export function pointValue(points: PointColumns, place: number): Value {
  const number = points.numbers[place] as number;
  const kind = points.kinds?.[place] ?? KIND.NUMBER;
  if (kind === KIND.STRING) return points.strings[number] ?? '';
  return kind === KIND.BOOLEAN ? number === 1 : number;
}
