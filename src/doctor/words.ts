/** Amounts, for people. */
import { say } from '../language.ts';

/** `12 kB` */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1_000)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** In its largest unit: `3 min`. @param ms milliseconds */
export function lastingText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return say(`${seconds} s`, `${seconds} 秒`);
  if (seconds < 7_200) return say(`${Math.round(seconds / 60)} min`, `${Math.round(seconds / 60)} 分钟`);
  if (seconds < 172_800)
    return say(`${Math.round(seconds / 3_600)} h`, `${Math.round(seconds / 3_600)} 小时`);
  const days = Math.round(seconds / 86_400);
  if (days < 730) return say(`${days} days`, `${days} 天`);
  return say(`${Math.round(days / 365.25)} years`, `${Math.round(days / 365.25)} 年`);
}
