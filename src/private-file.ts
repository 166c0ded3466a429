/** Files with secrets in them: readable for their owner alone, and whole or not there. */
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './errors.ts';

const MODE = 0o600;
const OTHERS = 0o077;

/**
 * Written beside and moved, so that neither a reader nor a power cut meets half of it.
 * @throws the system's error
 */
export async function writePrivate(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await rm(draft, { force: true }); // of a process that died meanwhile; its mode would stay
    const file = await open(draft, 'wx', MODE);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

/**
 * @param wasOpen told when others could read it, which they cannot any more: its former mode, in octal
 * @returns undefined when there is none
 * @throws the system's error
 */
export async function readPrivate(
  path: string,
  wasOpen: (mode: string) => void,
): Promise<string | undefined> {
  try {
    await tighten(path, wasOpen);
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function tighten(path: string, wasOpen: (mode: string) => void): Promise<void> {
  if (process.platform === 'win32') return; // which has no such modes
  const mode = (await stat(path)).mode & 0o777;
  if ((mode & OTHERS) === 0) return;
  await chmod(path, mode & ~OTHERS);
  wasOpen(mode.toString(8));
}

/** After a power cut a new name of a file is there only when its folder was synced; where folders cannot be, nothing is lost by trying. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
