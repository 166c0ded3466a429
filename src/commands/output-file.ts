import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';

/**
 * A file that is there whole or not at all: `make` writes `PATH.part`, which takes the name when it is done, and is removed
 * when it fails. A link stays, and what it leads to is replaced.
 * @throws KitelineError USAGE when it cannot be written; what `make` throws
 */
export async function writeWhole(path: string, make: (part: string) => Promise<void>): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw isFolder(path);
  // Another name put over it would take a device such as /dev/null away from everybody.
  if (found && !found.isFile()) throw isNoFile(path);
  const target = found ? await realpath(path) : path;
  const part = `${target}.part`;
  try {
    await stat(dirname(target));
    await rm(part, { force: true }); // of one that was killed
    await make(part);
    await synced(part);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw error instanceof KitelineError || systemCode(error) === undefined
      ? error
      : cannotWrite(path, error);
  }
}

/** @throws KitelineError USAGE when there is a file of this name */
export async function mustBeNew(path: string): Promise<void> {
  if (!(await stat(path).catch(() => undefined))) return;
  throw new KitelineError(
    'USAGE',
    say(
      `${path} exists already, and a backup never writes over a file: choose another name.`,
      `${path} 已存在，备份不会覆盖已有文件：请换一个名字。`,
    ),
  );
}

/** Writes what comes, no faster than the disk takes it. */
export async function writeAll(path: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  const file: FileHandle = await open(path, 'wx');
  try {
    for await (const part of parts) await file.writeFile(part);
  } finally {
    await file.close();
  }
}

/** After Ctrl-C. @param file undefined for stdout */
export function interruptedError(file: string | undefined): KitelineError {
  return new KitelineError(
    'USAGE',
    file === undefined
      ? say('Interrupted: what was written is not all.', '已中断：已写出的内容不完整。')
      : say(`Interrupted: ${file} was not written.`, `已中断：没有写入 ${file}。`),
  );
}

async function synced(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function isFolder(path: string): KitelineError {
  return new KitelineError(
    'USAGE',
    say(`${path} is a folder: give the name of a file.`, `${path} 是文件夹：请给出文件名。`),
  );
}

function isNoFile(path: string): KitelineError {
  return new KitelineError(
    'USAGE',
    say(
      `${path} is a device or a pipe: write to it with > ${path} in place of -o.`,
      `${path} 是设备或管道：请用 > ${path} 写入，而不是 -o。`,
    ),
  );
}

function cannotWrite(path: string, cause: unknown): KitelineError {
  const code = systemCode(cause);
  return new KitelineError(
    'USAGE',
    code === 'ENOENT'
      ? say(`There is no folder for ${path}.`, `${path} 所在的文件夹不存在。`)
      : say(`${path} cannot be written (${code}).`, `无法写入 ${path}（${code}）。`),
    { cause },
  );
}
