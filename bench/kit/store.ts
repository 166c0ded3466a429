/** The store that the hub of a benchmark has: the embedded one on disk. */
import { existsSync } from 'node:fs';
import { MemoryStore } from '../../src/store/memory.ts';
import type { Store } from '../../src/store/store.ts';

const sqlite = new URL('../../src/store/sqlite.ts', import.meta.url);
type Module = { openSqliteStore(folder: string): Promise<Store> };

export async function openStore(folder: string): Promise<Store> {
  if (existsSync(sqlite)) return ((await import(sqlite.href)) as Module).openSqliteStore(folder);
  console.error('There is no SQLite store yet: this is the one in memory, and proves nothing.');
  return new MemoryStore();
}

/** Points of every series, counted by reading the store as it is on disk. */
export async function countPoints(folder: string): Promise<number> {
  if (!existsSync(sqlite)) return Number.NaN;
  const store = await openStore(folder);
  const { points } = await store.info();
  await store.close();
  return points;
}
