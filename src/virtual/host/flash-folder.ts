/** The host folder that is a board's flash. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';

export class FlashFolder {
  readonly folder: string;
  readonly #temporary: boolean;

  /** @param folder kept afterwards; left out, a temporary one */
  constructor(folder: string | undefined) {
    this.#temporary = folder === undefined;
    this.folder = resolve(folder ?? mkdtempSync(join(tmpdir(), 'kiteline-flash-')));
    mkdirSync(this.folder, { recursive: true });
  }

  /** @throws KitelineError BAD_ARGUMENT for a path that leads out of the folder */
  write(files: Record<string, string | Uint8Array>): void {
    for (const [path, content] of Object.entries(files)) {
      const target = join(this.folder, path);
      if (!target.startsWith(this.folder + sep)) {
        throw new KitelineError(
          'BAD_ARGUMENT',
          say(`"${path}" is not a path on the flash.`, `"${path}" 不是闪存里的路径。`),
        );
      }
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  }

  close(): void {
    if (this.#temporary) rmSync(this.folder, { recursive: true, force: true });
  }
}
