import { printable, styled } from '../terminal.ts';

const NAME_COLUMNS = 13;

type Style = Parameters<typeof styled>[0];

/** Lines that stay, and under them, on a terminal, one that is replaced: so that readings do not scroll the rest away. */
export class Screen {
  readonly #out = process.stdout;
  #status = '';

  /** A line of somebody: name and what happened. */
  say(name: string, text: string, style: Style = 'cyan'): void {
    this.line(`${styled(style, printable(name).padEnd(NAME_COLUMNS))} ${text}`);
  }

  line(text = ''): void {
    this.#clear();
    this.#out.write(`${text}\n`);
    if (this.#status) this.#out.write(this.#status);
  }

  /** Replaces the last line on a terminal; elsewhere a line as any other. */
  status(name: string, text: string): void {
    if (!this.#out.isTTY) {
      this.say(name, text);
      return;
    }
    this.#clear();
    this.#status = `${styled('cyan', printable(name).padEnd(NAME_COLUMNS))} ${text}`;
    this.#out.write(this.#status);
  }

  end(): void {
    if (this.#status) this.#out.write('\n');
    this.#status = '';
  }

  #clear(): void {
    // CR, and erase to the end of the line (ECMA-48 EL).
    if (this.#status) this.#out.write('\r\x1b[K');
  }
}
