import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
/** Powers of ten, as disks are sold; with an i, of two. */
const FACTORS: Record<string, number> = {
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};
/** Less would hold next to nothing beside what the store needs for itself. */
const LEAST = 10e6;

/** `500MB`, `2GB`, `1.5GiB`. @returns bytes. @throws KitelineError BAD_ARGUMENT */
export function parseSize(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([KMGT]i?B)$/i.exec(text) ?? [];
  const bytes = Math.round(Number(count) * (FACTORS[unit.toUpperCase()] ?? 0));
  if (bytes >= LEAST && Number.isSafeInteger(bytes)) return bytes;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${text}" is not a size: write for example 500MB or 2GB, and at least 10MB.`,
      `“${text}”不是大小：请写成例如 500MB 或 2GB，至少 10MB。`,
    ),
  );
}

/** `1.5 MB` */
export function bytesText(bytes: number): string {
  let power = 0;
  let size = bytes;
  while (size >= 999.5 && power < UNITS.length - 1) {
    size /= 1000;
    power++;
  }
  return `${power === 0 || size >= 99.5 ? Math.round(size) : size.toPrecision(2)} ${UNITS[power]}`;
}
