import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';

/** A file that somebody named cannot be read. @param cause the system's error */
export function unreadable(file: string, cause: unknown): KitelineError {
  const code = systemCode(cause);
  return new KitelineError(
    'NOT_FOUND',
    code === 'ENOENT'
      ? say(`There is no file ${file}.`, `没有文件 ${file}。`)
      : say(`${file} cannot be read (${code}).`, `无法读取 ${file}（${code}）。`),
    { cause },
  );
}
