const LINE_FEED = 0x0a;
const QUOTE = 0x22;

/** Counts the rows of an export that passes by; a header is none. */
export class RowCounter {
  #lines = 0;
  #isQuoted = false;
  readonly #isCsv: boolean;

  constructor(format: 'csv' | 'jsonl') {
    this.#isCsv = format === 'csv';
  }

  add(bytes: Uint8Array): void {
    for (const byte of bytes) {
      // A line feed in quotes is a part of a field; doubled quotes open again what they close.
      if (byte === QUOTE && this.#isCsv) this.#isQuoted = !this.#isQuoted;
      else if (byte === LINE_FEED && !this.#isQuoted) this.#lines++;
    }
  }

  get rows(): number {
    return this.#isCsv ? Math.max(0, this.#lines - 1) : this.#lines;
  }
}
