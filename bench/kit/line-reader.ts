const LF = 0x0a;

/** Cuts a stream into lines of text, without LF. */
export class LineReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #line: (line: string) => void;

  constructor(line: (line: string) => void) {
    this.#line = line;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, at)) {
      this.#line(bytes.toString('utf8', at, end));
      at = end + 1;
    }
    this.#rest = bytes.subarray(at);
  }
}
