import { unknownName } from '../near.ts';
import type { Inside } from './inside.ts';

/**
 * Whether there is such a board: one that was heard, or one of which something is stored, which may be back soon after the hub was
 * started.
 * @throws KitelineError NOT_FOUND with a sentence that names those that there are, STORE_FAILED
 */
export async function mustKnow(
  name: string,
  { boards, store }: Pick<Inside, 'boards' | 'store'>,
): Promise<void> {
  if (boards.get(name)) return;
  const stored = (await store.boards()).map(({ board }) => board);
  if (boards.get(name) || stored.includes(name)) return;
  throw unknownName('board', name, [...new Set([...boards.names, ...stored])]);
}
