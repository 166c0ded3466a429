import { createHash } from 'node:crypto';
import { watch } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { readFolder } from '../push/folder.ts';

/** Editors save in steps (a new file, a rename, a touch): what is quiet for so long is saved. */
const QUIET_MS = 120;

export type Program = Map<string, Buffer>;

/**
 * The program as it is, and again after every save that changed something. What cannot be read just now is read with the next.
 * @throws KitelineError when there is no program to begin with
 */
export async function* saves(folder: string, signal: AbortSignal): AsyncGenerator<Program> {
  // From now on, so that a save while the first is read is not missed.
  const changes = watch(folder, { recursive: true, signal })[Symbol.asyncIterator]();
  let next = changes.next();
  next.catch(() => {});
  let program = await readFolder(folder);
  let known = digest(program);
  yield program;
  try {
    for (;;) {
      await next;
      next = changes.next();
      next.catch(() => {});
      while (await Promise.race([next.then(() => true), setTimeout(QUIET_MS, false, { signal })])) {
        next = changes.next();
        next.catch(() => {});
      }
      program = await readFolder(folder).catch(() => program);
      const now = digest(program);
      if (now !== known) yield program;
      known = now;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function digest(program: Program): string {
  const hash = createHash('sha256');
  for (const [path, bytes] of program) hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex');
}
