/** `esp32.NVS`: its values stand in the flash folder, in a file that the board's own listing leaves out. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../errors.ts';

/** In the root of the flash folder: whoever copies the folder copies the whole memory of the board. */
export const NVS_FILE = '.nvs.json';

export class Nvs {
  readonly #path: string;

  constructor(flash: string) {
    this.#path = join(flash, NVS_FILE);
  }

  /** The values as JSON; `{}` where there are none, or none that can be read. */
  load(): string {
    try {
      const text = readFileSync(this.#path, 'utf8');
      JSON.parse(text);
      return text;
    } catch (error) {
      // ESP-IDF, too, erases a partition that it cannot make sense of.
      if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return '{}';
      throw error;
    }
  }

  /** In one step: a board that is switched off meanwhile has the old values or the new ones. */
  store(json: string): void {
    writeFileSync(`${this.#path}.new`, json);
    renameSync(`${this.#path}.new`, this.#path);
  }
}
