import { formOf } from './learn.ts';
import type { Message } from './message.ts';
import type { Sample } from './sample.ts';
import { scanShape } from './scan-shape.ts';
import { BOOLEAN, PLACES, SEQ_PLACE, type Shape, STRING, TIME_PLACE } from './shape.ts';
import { ShapeTable } from './shape-table.ts';

/** Shapes that a scanner keeps unless told: more than the kinds of programs of a fleet, 16 MB at the very most. */
const SHAPES = 1_024;

const OBJECT = 0x7b;

const ascii = new TextDecoder();

/**
 * Reads samples whose form it has seen before from their bytes, several times as fast as JSON.parse, with the same result
 * to the last bit. What it cannot read so, it leaves: `decode()` is the fallback and the judge.
 *
 *     const shape = scanner.scan(bytes, session.shape);
 *     if (shape) take(shape, scanner.values);
 *     else { const message = decode(bytes); session.shape = scanner.learn(bytes, message) ?? session.shape; … }
 */
export class Scanner {
  /**
   * What the last scan read, one place a metric: a number; 1 or 0 for true or false; for a string the place in the bytes
   * of its first character. Valid until the next `scan` or `learn`, also where that fails.
   */
  readonly values: Float64Array = new Float64Array(PLACES);
  /** For a string, the place behind its last character: `bytes[values[i]..ends[i])` is its text in ASCII. */
  readonly ends: Int32Array = new Int32Array(PLACES);
  readonly #table: ShapeTable;

  /** @param options.shapes how many shapes are kept at most */
  constructor(options: { shapes?: number } = {}) {
    this.#table = new ShapeTable(options.shapes ?? SHAPES);
  }

  /** `$t` of the last scan, in milliseconds since 1970; of no meaning where its shape has none. */
  get t(): number {
    return this.values[TIME_PLACE] as number;
  }

  /** `$seq` of the last scan; of no meaning where its shape has none. */
  get seq(): number {
    return this.values[SEQ_PLACE] as number;
  }

  /**
   * Reads a message as a sample of a known form.
   * @param bytes one unit from a LineFramer, or a datagram's payload
   * @param hint the sender's last shape, which is tried first; it may have left the table long ago
   * @returns the shape that it is of; undefined when `decode()` must read it
   */
  scan(bytes: Uint8Array, hint: Shape | undefined): Shape | undefined {
    if (hint !== undefined && scanShape(hint, bytes, this.values, this.ends)) return hint;
    return this.#find(bytes, hint);
  }

  /**
   * After a scan that failed: remembers the form of a message, if it is one that `scan` can read.
   * @param message what `decode(bytes)` gave; the form is refused unless a scan of the bytes gives exactly the same
   * @returns the shape, for the next hint
   */
  learn(bytes: Uint8Array, message: Message): Shape | undefined {
    if (message.kind !== 'samples' || Object.keys(message.skipped).length > 0) return undefined;
    const [sample, more] = message.samples;
    if (!sample || more) return undefined;
    const known = this.#find(bytes, undefined);
    if (known) return known;
    const shape = formOf(bytes);
    if (!shape || !scanShape(shape, bytes, this.values, this.ends)) return undefined;
    if (!this.#agrees(bytes, shape, sample)) return undefined;
    this.#table.add(shape, bytes);
    return shape;
  }

  #find(bytes: Uint8Array, except: Shape | undefined): Shape | undefined {
    if (bytes[0] !== OBJECT) return undefined;
    const first = this.#table.firstOf(bytes);
    for (let at = first; at < first + this.#table.ways; at++) {
      const shape = this.#table.shapes[at];
      if (shape === undefined) return undefined;
      if (shape !== except && scanShape(shape, bytes, this.values, this.ends)) {
        this.#table.used(first, at);
        return shape;
      }
    }
    return undefined;
  }

  /** Whether what was scanned is the decoded sample: the same metrics in the same order, the same values bit for bit. */
  #agrees(bytes: Uint8Array, shape: Shape, sample: Sample): boolean {
    if (shape.metrics.length !== sample.values.size || sample.units || sample.relative !== undefined)
      return false;
    let place = 0;
    for (const [name, value] of sample.values) {
      if (shape.metrics[place] !== name || !Object.is(this.#valueAt(bytes, shape, place), value))
        return false;
      place++;
    }
    const t = shape.hasTime ? this.t : undefined;
    const seq = shape.hasSeq ? this.seq : undefined;
    return Object.is(t, sample.t) && Object.is(seq, sample.seq) && shape.boot === sample.boot;
  }

  #valueAt(bytes: Uint8Array, shape: Shape, place: number): number | boolean | string {
    const value = this.values[place] as number;
    if (shape.kinds[place] === STRING) return ascii.decode(bytes.subarray(value, this.ends[place]));
    return shape.kinds[place] === BOOLEAN ? value === 1 : value;
  }
}
