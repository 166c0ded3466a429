import type { Shape } from './shape.ts';

/** Shapes that begin with the same key share a set; this many of them are kept, and tried in turn. */
const WAYS = 8;

/** Bytes of a message that choose its set: up to its first colon, or this many. */
const PREFIX = 64;

const COLON = 0x3a;

/**
 * A set-associative cache of shapes, as a processor's: a hash of the bytes up to the first colon chooses a set, whose least
 * recently used shape gives way. So finding and adding take bounded time whatever anybody sends.
 */
export class ShapeTable {
  /** Shapes of one set: `shapes[first..first + ways)`, the most recently used first, undefined behind the last. */
  readonly ways: number;
  readonly shapes: (Shape | undefined)[];
  readonly #mask: number;

  /** @param shapes at most this many are kept, rounded down to a power of two times `WAYS` */
  constructor(shapes: number) {
    if (!(shapes >= 1)) throw new RangeError('a scanner keeps at least one shape');
    this.ways = Math.min(WAYS, Math.floor(shapes));
    const sets = 2 ** Math.floor(Math.log2(shapes / this.ways));
    this.#mask = sets - 1;
    this.shapes = new Array<Shape | undefined>(sets * this.ways).fill(undefined);
  }

  /** Where the set of a message begins in `shapes`. */
  firstOf(bytes: Uint8Array): number {
    const end = bytes.length < PREFIX ? bytes.length : PREFIX;
    let hash = 0;
    for (let at = 0; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === COLON) break;
      hash = Math.imul(hash ^ byte, 0x01000193); // FNV-1a
    }
    return ((hash ^ (hash >>> 15)) & this.#mask) * this.ways;
  }

  /** @param bytes a message of this shape */
  add(shape: Shape, bytes: Uint8Array): void {
    const first = this.firstOf(bytes);
    this.shapes.copyWithin(first + 1, first, first + this.ways - 1);
    this.shapes[first] = shape;
  }

  /** The shape at `at` of the set at `first` was just used. */
  used(first: number, at: number): void {
    const shape = this.shapes[at];
    for (; at > first; at--) this.shapes[at] = this.shapes[at - 1];
    this.shapes[first] = shape;
  }
}
