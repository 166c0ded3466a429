import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../../errors.ts';

/** What the journal asks of the disk, so that a test can let any of it fail. */
export interface JournalFile {
  /** Empty where there is none. @throws the system's error */
  read(): Promise<Buffer>;
  /** Resolves when these are on disk, behind all that was appended before. @throws the system's error; nothing of them is there then */
  append(parts: readonly Uint8Array[]): Promise<void>;
  /** Puts these in the place of everything, or leaves it as it was. @throws the system's error */
  replace(parts: readonly Uint8Array[]): Promise<void>;
  close(): Promise<void>;
}

/** Payloads may be secrets: for its owner alone. */
const MODE = 0o600;

export class SystemJournalFile implements JournalFile {
  readonly #path: string;
  #file: FileHandle | undefined;
  #size = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<Buffer> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    return readFile(this.#path).catch((error) => {
      if (systemCode(error) === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
  }

  async append(parts: readonly Uint8Array[]): Promise<void> {
    const file = this.#file;
    if (!file) throw new Error('the journal is not open');
    const bytes = Buffer.concat(parts);
    try {
      await file.write(bytes, 0, bytes.length, this.#size);
      await file.datasync();
      this.#size += bytes.length;
    } catch (error) {
      await file.truncate(this.#size).catch(() => {}); // what is left of it has no CRC that is right
      throw error;
    }
  }

  async replace(parts: readonly Uint8Array[]): Promise<void> {
    const draft = `${this.#path}.new`;
    await rm(draft, { force: true });
    const file = await open(draft, 'wx+', MODE);
    try {
      let size = 0;
      for (const part of parts) {
        await file.write(part, 0, part.length, size);
        size += part.length;
      }
      await file.sync();
      await rename(draft, this.#path);
      await syncFolder(dirname(this.#path));
      await this.#file?.close();
      this.#file = file;
      this.#size = size;
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
