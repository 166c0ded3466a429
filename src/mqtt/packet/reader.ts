/** Bytes of a fixed header: the first byte, and a length of one to four (section 2.2.3). */
const LONGEST_HEADER = 5;

/** Why a stream is read no further. */
export type ReadFault =
  /** A length of more than four bytes. */
  'MALFORMED' | 'PACKET_TOO_LONG';

/**
 * Told of a packet: `bytes[start]` is its first byte, its body (variable header and payload) is `bytes[body..end)`.
 * @returns false to stop: what is behind it is not read
 */
export type Visit = (bytes: Buffer, start: number, body: number, end: number) => boolean;

/** Cuts a stream into packets. What is whole in one read is given as it is; a copy is made only of what is cut. */
export class PacketReader {
  /** Bytes of a packet's body. */
  longest: number;
  #parts: Buffer[] = []; // of a packet that is not whole
  #held = 0;
  #need = 0; // bytes of that packet; of its header while that is not whole

  constructor(longest: number) {
    this.longest = longest;
  }

  /** Whether a packet has begun and is not whole. */
  get isCut(): boolean {
    return this.#held > 0;
  }

  /** @returns why nothing more can be read, if so */
  push(chunk: Buffer, visit: Visit): ReadFault | undefined {
    let bytes = chunk;
    if (this.#held > 0) {
      this.#parts.push(chunk);
      this.#held += chunk.length;
      if (this.#held < this.#need) return undefined;
      bytes = Buffer.concat(this.#parts, this.#held);
      this.#parts = [];
      this.#held = 0;
    }
    const end = bytes.length;
    let at = 0;
    while (at < end) {
      let body = at + 1;
      let length = 0;
      let shift = 0;
      for (;;) {
        if (body >= end) return this.#hold(bytes, at, body - at + 1);
        const byte = bytes[body++] as number;
        length += (byte & 0x7f) << shift;
        if (byte < 0x80) break;
        shift += 7;
        if (body - at >= LONGEST_HEADER) return 'MALFORMED';
      }
      if (length > this.longest) return 'PACKET_TOO_LONG';
      if (body + length > end) return this.#hold(bytes, at, body - at + length);
      if (!visit(bytes, at, body, body + length)) return undefined;
      at = body + length;
    }
    return undefined;
  }

  /** Kept as a copy: the read that it came with may be a hundred times as large. */
  #hold(bytes: Buffer, at: number, need: number): undefined {
    this.#parts = [Buffer.from(bytes.subarray(at))];
    this.#held = bytes.length - at;
    this.#need = need;
  }
}
