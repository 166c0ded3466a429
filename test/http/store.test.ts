import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { KitelineError } from '../../src/errors.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { StoreCheck } from '../../src/store/store.ts';
import { detailOf, eventually, start } from './start.ts';

const T = 1_700_000_000_000;
const batch = {
  samples: [0, 1, 2].map((at) => ({ board: 'pump', at: T + at, values: new Map([['temp', 20 + at]]) })),
  texts: [{ board: 'lamp', at: T + 9, text: 'hello' }],
};

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kiteline http '));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function onDisk() {
  const data = await newFolder();
  const store = await openSqliteStore(join(data, 'store'));
  await store.append(batch);
  return { data, ...(await start({ store })) };
}

test('tells what is stored, and since when', async () => {
  const { get, data } = await onDisk();
  const info = await (await get('/api/v1/store')).json();
  expect(info).toMatchObject({ kind: 'sqlite', boards: 2, series: 1, points: 3, texts: 1 });
  expect(info).toMatchObject({ folder: join(data, 'store'), counts: { damaged: 0, evicted: 0 } });
  expect(info).toMatchObject({ oldest: T, newest: T + 9 });
  const { get: empty } = await start();
  const none = await (await empty('/api/v1/store')).json();
  expect(none).toMatchObject({ kind: 'memory', points: 0 });
  expect(none).not.toHaveProperty('oldest');
});

test('reads everything and says what is damaged', async () => {
  const { get } = await onDisk();
  expect(await (await get('/api/v1/store/check')).json()).toEqual({ points: 3, texts: 1, damage: [] });
});

test('one check at a time, for as long as the store is at it', async () => {
  const checking = Promise.withResolvers<StoreCheck>();
  const begun = Promise.withResolvers<void>();
  class SlowStore extends MemoryStore {
    protected override _check(): Promise<StoreCheck> {
      begun.resolve();
      return checking.promise;
    }
  }
  const { get } = await start({ store: new SlowStore() });
  const leave = new AbortController();
  const first = get('/api/v1/store/check', { signal: leave.signal });
  await begun.promise;
  expect((await get('/api/v1/store/check')).status).toBe(503);
  expect((await get('/api/v1/store/check', { method: 'HEAD' })).status).toBe(200);
  leave.abort();
  await expect(first).rejects.toThrow();
  expect((await get('/api/v1/store/check')).status).toBe(503);
  checking.resolve({ points: 0, texts: 0, damage: [] });
  await eventually(async () => (await get('/api/v1/store/check')).status === 200);
});

test('a backup is a whole store, and leaves nothing behind', async () => {
  const { get, data } = await onDisk();
  await mkdir(join(data, '.store-backup-Ab12Cd')); // what a hub that was killed has left
  await writeFile(join(data, '.store-backup-Ab12Cd', 'history.db'), '');
  const answer = await get('/api/v1/store/backup');
  expect(answer.headers.get('content-type')).toBe('application/vnd.sqlite3');
  const bytes = await answer.bytes();
  expect(answer.headers.get('content-length')).toBe(String(bytes.length));
  await eventually(async () => (await readdir(data)).length === 1);
  const copy = await newFolder();
  await writeFile(join(copy, 'history.db'), bytes);
  const store = await openSqliteStore(copy);
  expect(await store.query({ board: 'pump', metric: 'temp' })).toHaveLength(3);
  await store.close();
});

test('a backup that nobody takes is removed all the same, and two are not made at a time', async () => {
  const { get, data, hub } = await onDisk();
  const texts = Array.from({ length: 5_000 }, (_, at) => ({
    board: 'lamp',
    at: T,
    text: `${at}`.padEnd(4_000, 'x'),
  }));
  await hub.store.append({ texts });
  const leave = new AbortController();
  const first = await get('/api/v1/store/backup', { signal: leave.signal });
  expect(await readdir(data)).toHaveLength(2);
  expect((await get('/api/v1/store/backup')).status).toBe(503);
  expect((await get('/api/v1/store/backup', { method: 'HEAD' })).status).toBe(200);
  leave.abort();
  await expect(first.bytes()).rejects.toThrow();
  await eventually(async () => (await readdir(data)).length === 1);
  expect((await (await get('/api/v1/store/backup')).bytes()).length).toBeGreaterThan(20e6);
});

test('a backup removes nothing that people or other stores have beside the store', async () => {
  const { get, data } = await onDisk();
  const own = ['.store-backup-monday.db', 'kiteline-backup-monday.db', 'store-backup-Ab12Cd'];
  for (const name of own) await writeFile(join(data, name), '');
  const folders = ['.other-backup-Ab12Cd', '.store-backup-of-mine'];
  for (const name of folders) await mkdir(join(data, name));
  expect((await (await get('/api/v1/store/backup')).bytes()).length).toBeGreaterThan(0);
  const left = [...folders, ...own, 'store'].sort();
  await eventually(async () => (await readdir(data)).length === left.length);
  expect((await readdir(data)).sort()).toEqual(left);
});

test('a backup that cannot begin gives its place back', async () => {
  class FailingStore extends MemoryStore {
    protected override async _info(): Promise<never> {
      throw new KitelineError('STORE_FAILED', 'the disk is gone');
    }
  }
  const { get } = await start({ store: new FailingStore() });
  for (const _ of [1, 2]) {
    const refused = await get('/api/v1/store/backup');
    expect(refused.status).toBe(503);
    expect(await detailOf(refused)).toBe('the disk is gone');
  }
});

test('what is in memory alone cannot be backed up', async () => {
  const { get } = await start();
  for (const _ of [1, 2]) {
    const refused = await get('/api/v1/store/backup');
    expect(refused.status).toBe(400);
    expect(await detailOf(refused)).toContain('in memory alone');
  }
});
