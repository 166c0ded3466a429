/** The files of a program, as they lie on this computer. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';

/** What is no part of a board's program. */
const LEFT_OUT = /^(\..*|__pycache__|node_modules|kiteline-data|.*\.(md|ts|mts|pyc|part))$/;
/** More are a folder that was not meant, as somebody's home. */
const MOST_FILES = 500;
const MOST_BYTES = 16 * 1024 * 1024; // the largest flash of an ESP32 board

/**
 * By path from the folder, with slashes: `main.py`, `lib/pump.py`.
 * @throws KitelineError NOT_FOUND, BAD_ARGUMENT
 */
export async function readFolder(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  let bytes = 0;
  const walk = async (path: string, inside: string): Promise<void> => {
    for (const name of (await readdir(path)).toSorted()) {
      if (LEFT_OUT.test(name)) continue;
      const there = join(path, name);
      const kind = await stat(there);
      if (kind.isDirectory()) await walk(there, `${inside}${name}/`);
      if (!kind.isFile()) continue;
      bytes += kind.size;
      if (files.size >= MOST_FILES || bytes > MOST_BYTES) throw tooMuch(folder);
      files.set(`${inside}${name}`, await readFile(there));
    }
  };
  try {
    await walk(folder, '');
  } catch (error) {
    throw error instanceof KitelineError ? error : unreadable(folder, error);
  }
  if (files.size > 0) return files;
  throw new KitelineError(
    'NOT_FOUND',
    say(`There is no program in ${folder}: a main.py, for example.`, `${folder} 里没有程序，例如 main.py。`),
  );
}

function tooMuch(folder: string): KitelineError {
  return new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${folder} has more than ${MOST_FILES} files or 16 MB: is it the program's folder?`,
      `${folder} 中有超过 ${MOST_FILES} 个文件或 16 MB：这是程序的文件夹吗？`,
    ),
  );
}

function unreadable(folder: string, cause: unknown): KitelineError {
  const code = systemCode(cause);
  const text =
    code === 'ENOENT'
      ? say(`There is no folder ${folder}.`, `没有文件夹 ${folder}。`)
      : code === 'ENOTDIR'
        ? say(
            `${folder} is a file: push takes the folder of the program; "kiteline run ${folder}" runs a file without keeping it.`,
            `${folder} 是文件：push 需要程序所在的文件夹；“kiteline run ${folder}”只运行而不保存。`,
          )
        : say(`${folder} cannot be read (${code}).`, `无法读取 ${folder}（${code}）。`);
  return new KitelineError('NOT_FOUND', text, { cause });
}
