/** The store that the hub of a benchmark has: the embedded one on disk. */
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';

export const openStore = (folder: string): Promise<Store> =>
  openSqliteStore(folder, { onProblem: (problem) => console.error('store:', problem.message) });

/** Points of every series, as the store finds them on disk when it is opened again. */
export async function countPoints(folder: string): Promise<number> {
  const store = await openStore(folder);
  const { points } = await store.info();
  await store.close();
  return points;
}
