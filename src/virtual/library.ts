/** The board library that comes with this package, as files for a board's flash. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside src/ and beside dist/ alike. */
const FOLDER = fileURLToPath(new URL('../../micropython/kiteline/', import.meta.url));

/** By path, for `virtualBoard({ files })`: with them a program's `import kiteline` finds what mip would install. */
export function boardLibrary(): Record<string, string> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.py'));
  return Object.fromEntries(
    names.map((name) => [`lib/kiteline/${name}`, readFileSync(`${FOLDER}${name}`, 'utf8')]),
  );
}
