import { readFileSync } from 'node:fs';

/** Beside src/ and dist/ alike. */
const LIBRARY = new URL('../../micropython/kiteline/package.json', import.meta.url);

/** Of the board library that comes with this package. */
export const newestLibrary = (): string =>
  (JSON.parse(readFileSync(LIBRARY, 'utf8')) as { version: string }).version;

/** Whether `0.1.0` is an older version than another. */
export function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10)),
  );
  for (let at = 0; at < 3; at++) {
    const difference = (one?.[at] || 0) - (other?.[at] || 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
