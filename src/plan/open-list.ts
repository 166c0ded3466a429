/**
 * The open list: buckets of one width in a ring, found by a bitmap (Dial 1969; Denardo & Fox 1979). Within a bucket the last
 * in is the first out, which prefers nodes further along among nearly equal ones. A search over it must accept that nodes of
 * one bucket come in no order, and so may come again with a better number.
 */
export class OpenList {
  readonly #shift: number;
  readonly #mask: number;
  /** First entry of each bucket, −1 for none, and a bit for each that has one. */
  readonly #first: Int32Array;
  readonly #filled: Int32Array;
  /** Of entries: what is in them, and the next of the same bucket. */
  #node: Int32Array;
  #next: Int32Array;
  /** Entries given back, as a chain; those never used begin at `#fresh`. */
  #free = -1;
  #fresh = 0;
  #size = 0;
  /** The bucket below which there is nothing, counted without the ring. */
  #cursor = 0;

  /**
   * @param widthBits keys that differ only in so many low bits share a bucket
   * @param reach the most by which a pushed key is above the smallest one inside
   */
  constructor(widthBits: number, reach: number) {
    const buckets = Math.max(32, 2 ** Math.ceil(Math.log2(reach / 2 ** widthBits + 2)));
    this.#shift = widthBits;
    this.#mask = buckets - 1;
    this.#first = new Int32Array(buckets).fill(-1);
    this.#filled = new Int32Array(buckets >>> 5);
    this.#node = new Int32Array(1024);
    this.#next = new Int32Array(1024);
  }

  get size(): number {
    return this.#size;
  }

  push(node: number, key: number): void {
    const bucket = key >>> this.#shift;
    if (this.#size === 0 || bucket < this.#cursor) this.#cursor = bucket;
    let entry = this.#free;
    if (entry >= 0) this.#free = this.#next[entry] as number;
    else {
      if (this.#fresh === this.#node.length) this.#grow();
      entry = this.#fresh++;
    }
    const slot = bucket & this.#mask;
    this.#node[entry] = node;
    this.#next[entry] = this.#first[slot] as number;
    this.#first[slot] = entry;
    this.#filled[slot >>> 5] = (this.#filled[slot >>> 5] as number) | (1 << (slot & 31));
    this.#size++;
  }

  /** One of the nodes in the lowest bucket, or −1 when that bucket begins at `limit` or above, or nothing is inside. */
  pop(limit: number): number {
    if (this.#size === 0) return -1;
    const mask = this.#mask;
    const at = this.#cursor & mask;
    // The rest of the cursor's word, then word after word around the ring.
    let word = at >>> 5;
    let bits = (this.#filled[word] as number) & (-1 << (at & 31));
    while (bits === 0) {
      word = (word + 1) & (mask >>> 5);
      bits = this.#filled[word] as number;
    }
    const slot = (word << 5) + 31 - Math.clz32(bits & -bits);
    this.#cursor += (slot - at) & mask;
    if (this.#cursor << this.#shift >= limit) return -1;
    const entry = this.#first[slot] as number;
    const next = this.#next[entry] as number;
    this.#first[slot] = next;
    if (next < 0) this.#filled[slot >>> 5] = (this.#filled[slot >>> 5] as number) & ~(1 << (slot & 31));
    this.#next[entry] = this.#free;
    this.#free = entry;
    this.#size--;
    return this.#node[entry] as number;
  }

  clear(): void {
    if (this.#size > 0) {
      for (let word = 0; word < this.#filled.length; word++) {
        for (let bits = this.#filled[word] as number; bits !== 0; bits &= bits - 1) {
          this.#first[(word << 5) + 31 - Math.clz32(bits & -bits)] = -1;
        }
        this.#filled[word] = 0;
      }
    }
    this.#size = 0;
    this.#free = -1;
    this.#fresh = 0;
  }

  /** Doubles the room; a search reaches its largest size once and then finds it there. */
  #grow(): void {
    const grown = (old: Int32Array): Int32Array => {
      const larger = new Int32Array(old.length * 2);
      larger.set(old);
      return larger;
    };
    this.#node = grown(this.#node);
    this.#next = grown(this.#next);
  }
}
