import { createHash } from 'node:crypto';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';

export const programLimits = {
  /** Bytes of all files: a plain ESP32 has 2 MiB of flash for files, and keeps two programs there. */
  bytes: 900_000,
  files: 200,
  /** UTF-8 bytes of a path; littlefs takes 255 a name, a line has room for this. */
  path: 200,
} as const;

export interface ProgramFile {
  path: string;
  content: Uint8Array;
  /** SHA-256, hex. */
  hash: string;
}

/** A board's program: what its folder holds. */
export interface Program {
  /** Of all paths and contents: the same for the same program. 16 hex digits. */
  id: string;
  files: ProgramFile[];
  bytes: number;
}

/**
 * @param files path → content; `main.py` is what runs
 * @throws KitelineError BAD_ARGUMENT with a sentence
 */
export function programOf(files: Readonly<Record<string, Uint8Array | string>>): Program {
  const listed = Object.entries(files).map(([path, data]): ProgramFile => {
    const content = typeof data === 'string' ? Buffer.from(data) : data;
    return { path: checkPath(path), content, hash: createHash('sha256').update(content).digest('hex') };
  });
  listed.sort((a, b) => (a.path < b.path ? -1 : 1));
  const bytes = listed.reduce((sum, { content }) => sum + content.length, 0);
  if (!Object.hasOwn(files, 'main.py'))
    throw wrong('A program has a main.py, which runs.', '程序必须包含 main.py，板子运行的就是它。');
  if (listed.length > programLimits.files || bytes > programLimits.bytes)
    throw wrong(
      `A program has at most ${programLimits.files} files and ${programLimits.bytes} bytes; this one has ${listed.length} and ${bytes}.`,
      `程序最多 ${programLimits.files} 个文件、${programLimits.bytes} 字节；这个有 ${listed.length} 个文件、${bytes} 字节。`,
    );
  const hash = createHash('sha256');
  for (const file of listed) hash.update(`${file.path}\0${file.content.length}\0${file.hash}\n`);
  return { id: hash.digest('hex').slice(0, 16), files: listed, bytes };
}

function checkPath(path: string): string {
  const parts = path.split('/');
  const isOdd = parts.some((part) => part === '' || part === '.' || part === '..');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no path may have
  if (!isOdd && !/[\u0000-\u001f\\]/.test(path) && Buffer.byteLength(path) <= programLimits.path) return path;
  throw wrong(
    `${JSON.stringify(path)} cannot be a file of a program: paths such as "lib/motor.py", of at most ${programLimits.path} bytes, can.`,
    `${JSON.stringify(path)} 不能作为程序文件的路径：请使用如“lib/motor.py”的相对路径，最长 ${programLimits.path} 字节。`,
  );
}

const wrong = (en: string, zh: string): KitelineError => new KitelineError('BAD_ARGUMENT', say(en, zh));
