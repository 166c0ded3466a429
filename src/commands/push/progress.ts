import type { Progress } from '../../board/files.ts';
import { bytesText } from '../sizes.ts';
import { columns, printable } from '../terminal.ts';

const BAR = 24; // columns

/** How far a push is: one line that changes on a terminal, a line a file elsewhere. */
export class ProgressLine {
  readonly #total: number;
  readonly #isLive = process.stderr.isTTY === true;
  #before = 0; // bytes of the files that are through
  #path = '';
  #size = 0;
  #shown = 0; // columns

  /** @param sizes of the files that are to come, in bytes */
  constructor(sizes: readonly number[]) {
    this.#total = sizes.reduce((sum, size) => sum + size, 0);
  }

  show({ path, done, size }: Progress): void {
    if (path !== this.#path) {
      this.#before += this.#size;
      this.#path = path;
      this.#size = size;
    }
    if (!this.#isLive) {
      if (done === size) process.stderr.write(`${printable(path)}  ${bytesText(size)}\n`);
      return;
    }
    const all = this.#before + done;
    const share = this.#total === 0 ? 1 : all / this.#total;
    const bar = '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '░');
    const text = `${bar} ${Math.floor(share * 100)} %  ${printable(path)}`.slice(
      0,
      (process.stderr.columns ?? 80) - 1,
    );
    process.stderr.write(`\r${text}${' '.repeat(Math.max(0, this.#shown - columns(text)))}`);
    this.#shown = columns(text);
  }

  /** The line goes; what follows begins at its place. */
  end(): void {
    if (this.#isLive && this.#shown > 0) process.stderr.write(`\r${' '.repeat(this.#shown)}\r`);
  }
}
