/** Which metrics of a board one looks at on one chart; kept in the browser. */
import { type Signal, signal } from '@preact/signals';

const keyOf = (board: string): string => `together:${board}`;

export function togetherOf(board: string): Signal<readonly string[]> {
  return signal(kept(board));
}

export function keepTogether(board: string, metrics: readonly string[]): void {
  if (metrics.length === 0) localStorage.removeItem(keyOf(board));
  else localStorage.setItem(keyOf(board), JSON.stringify(metrics));
}

function kept(board: string): readonly string[] {
  try {
    const metrics: unknown = JSON.parse(localStorage.getItem(keyOf(board)) ?? '[]');
    return Array.isArray(metrics) ? metrics.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}
