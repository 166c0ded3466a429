/**
 * What has been written to a file that is still open. littlefs keeps it beside the file until it is synced or closed, and then
 * it is the file, in one step: a board whose power goes before has the old content, or an empty file where there was none.
 */
export class Draft {
  #bytes: Uint8Array;
  #length: number;
  /** The file has other bytes than this. */
  isNew: boolean;

  /** @param content of the file; undefined where it was opened to be written anew */
  constructor(content: Uint8Array | undefined) {
    this.#bytes = content ?? new Uint8Array();
    this.#length = this.#bytes.length;
    this.isNew = content === undefined;
  }

  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  /** @returns how many bytes there were from this position on */
  read(into: Uint8Array, position: number): number {
    const bytes = this.content.subarray(position, position + into.length);
    into.set(bytes);
    return bytes.length;
  }

  write(bytes: Uint8Array, position: number): void {
    this.resize(Math.max(this.#length, position + bytes.length));
    this.#bytes.set(bytes, position);
  }

  /** Bytes that are new are 0. */
  resize(length: number): void {
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.content);
      this.#bytes = larger;
    }
    this.#bytes.fill(0, length, Math.max(length, this.#length));
    this.#length = length;
    this.isNew = true;
  }
}
