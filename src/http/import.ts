import type { Context } from 'hono';
import { say } from '../language.ts';
import type { Store } from '../store/store.ts';
import type { Limit } from './bounded.ts';
import { type ImportRow, importRowOf, importRows } from './import-rows.ts';
import { problem } from './problem.ts';

/** Bytes of a body. */
export const MAX_IMPORT = 8 * 1024 * 1024;

/** `POST /api/v1/import`: rows as JSON Lines, as an export writes them. Nothing is taken where one of them is none. */
export async function postImport(c: Context, store: Store, limit: Limit): Promise<Response> {
  const rows: ImportRow[] = [];
  const lines = (await c.req.text()).split('\n');
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const row = importRowOf(line);
    if (typeof row !== 'string') rows.push(row);
    else return problem(c, 400, say(`Line ${at + 1}: ${row}`, `第 ${at + 1} 行：${row}`), { line: at + 1 });
  }
  // Of two at a time each would miss what the other is about to store.
  const release = limit.take();
  if (!release) {
    return problem(c, 503, say('An import is under way: try again soon.', '正在导入，请稍后再试。'));
  }
  return c.json(await importRows(store, rows).finally(release));
}
