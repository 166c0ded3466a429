import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Context } from 'hono';
import type { Clock } from '../clock.ts';
import { say } from '../language.ts';
import type { Store, StoreInfo } from '../store/store.ts';
import { type Limit, streamOf } from './bounded.ts';
import { problem } from './problem.ts';

/** What `GET /api/v1/store` answers. */
export interface StoreAnswer extends StoreInfo {
  /** Times of the oldest point and of the newest point or text; absent where there is none. */
  oldest?: number;
  newest?: number;
}

/** Bytes of a backup that are read at once. */
const PART = 256 * 1024;
/** What mkdtemp appends to a name. */
const MADE_UP = /^[A-Za-z0-9]{6}$/;

/** `GET /api/v1/store` */
export const getStore = async (c: Context, store: Store): Promise<Response> => c.json(await overview(store));

/** What is in a store, and from when to when. */
async function overview(store: Store): Promise<StoreAnswer> {
  const [info, boards] = await Promise.all([store.info(), store.boards()]);
  let oldest = Number.POSITIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;
  for (const { board, lastAt } of boards) {
    newest = Math.max(newest, lastAt);
    for (const { from, points } of await store.series(board)) if (points > 0) oldest = Math.min(oldest, from);
  }
  return {
    ...info,
    ...(Number.isFinite(oldest) && { oldest }),
    ...(Number.isFinite(newest) && { newest }),
  };
}

/** `GET /api/v1/store/check`: reads everything, so one at a time. */
export async function getCheck(c: Context, store: Store, limit: Limit): Promise<Response> {
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'application/json' });
  // Held until the store is done, which a client that leaves does not hasten.
  const over = limit.take();
  if (!over) {
    return problem(c, 503, say('A check is under way: try again soon.', '检查正在进行，请稍后再试。'));
  }
  return c.json(await store.check().finally(over));
}

/**
 * `GET /api/v1/store/backup`: everything that is stored at this moment, as the one file that a store begins with. It
 * is made in a private folder, which is removed in every case.
 */
export async function getBackup(c: Context, store: Store, clock: Clock, limit: Limit): Promise<Response> {
  const headers = {
    'Content-Type': 'application/vnd.sqlite3',
    'Content-Disposition': 'attachment; filename="history.db"',
    'Cache-Control': 'no-store',
  };
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);
  const over = limit.take();
  if (!over) {
    return problem(c, 503, say('A backup is under way: try again soon.', '备份正在进行，请稍后再试。'));
  }
  let folder: string | undefined;
  const clear = async () => {
    try {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    } finally {
      over(); // also where a folder cannot be removed: the next backup tries again
    }
  };
  try {
    folder = await folderFor((await store.info()).folder);
    const path = join(folder, 'history.db');
    await store.backup(path);
    const { size } = await stat(path);
    const file = await open(path);
    const stream = streamOf(partsOf(file, size), clock, () => file.close().finally(clear));
    return c.body(stream, 200, { ...headers, 'Content-Length': String(size) });
  } catch (error) {
    await clear();
    throw error;
  }
}

/**
 * A new folder for a backup (mode 0700), beside the store's own: its disk has room for the store. What a hub that was
 * killed has left there is removed; the store's name tells it from what is anybody else's.
 */
async function folderFor(home: string | undefined): Promise<string> {
  if (home === undefined) return mkdtemp(join(tmpdir(), 'kiteline-backup-'));
  const beside = dirname(home);
  const prefix = `.${basename(home)}-backup-`;
  for (const entry of await readdir(beside, { withFileTypes: true })) {
    const isOurs = entry.isDirectory() && entry.name.startsWith(prefix);
    if (isOurs && MADE_UP.test(entry.name.slice(prefix.length)))
      await rm(join(beside, entry.name), { recursive: true, force: true });
  }
  return mkdtemp(join(beside, prefix));
}

async function* partsOf(
  file: Awaited<ReturnType<typeof open>>,
  size: number,
): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < size; ) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(PART), 0, PART, at);
    if (bytesRead === 0) throw new Error('the backup has become shorter');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
