import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import { sampleOf } from '../../suites/store.ts';
import { EngineStore, temporaryFolder } from './engine-store.ts';

const batch = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) =>
    sampleOf(`board ${i % 3}`, from + i, { x: from + i, s: `text ${i % 7}` }),
  );

async function opened(backup: string): Promise<EngineStore> {
  const folder = temporaryFolder();
  copyFileSync(backup, join(folder, 'history.db'));
  const store = new EngineStore(folder);
  onTestFinished(() => store.close());
  expect(store.problems).toEqual([]);
  return store;
}

test('a backup holds everything committed before it was asked for, while appends go on', async () => {
  const folder = temporaryFolder();
  const store = await openSqliteStore(join(folder, 'store'));
  onTestFinished(() => store.close());
  const texts = [{ board: 'board 0', at: 1, text: 'hello' }];
  for (let i = 0; i < 20; i++) await store.append({ samples: batch(2_000 * i, 2_000), texts });
  await store.append({ acks: [{ board: 'board 0', boot: 'b', seq: 7 }] });
  let isDone = false;
  const backup = store.backup(join(folder, 'copy.db')).finally(() => {
    isDone = true;
  });
  let during = 0;
  for (let at = 1e6; !isDone || during < 5; at += 100) {
    await store.append({ samples: batch(at, 100) });
    during++;
  }
  await backup;
  const copy = await opened(join(folder, 'copy.db'));
  const points = await copy.query({ board: 'board 0', metric: 'x', to: 1e6, limit: 100_000 });
  expect(points).toEqual(await store.query({ board: 'board 0', metric: 'x', to: 1e6, limit: 100_000 }));
  expect(points.length).toBe(667 * 20);
  expect(await copy.acks('board 0')).toEqual([{ board: 'board 0', boot: 'b', seq: 7 }]);
  expect(await copy.texts({ board: 'board 0' })).toHaveLength(20);
  expect((await copy.check()).damage).toEqual([]);
  expect(readdirSync(folder).toSorted()).toEqual(['copy.db', 'store']);
});

test('checkpoints and retention while it is made leave it whole', async () => {
  const folder = temporaryFolder();
  const store = new EngineStore(mkdir(folder, 'store'), { maxBytes: 2_000_000, logBytes: 50_000 });
  onTestFinished(() => store.close());
  for (let i = 0; i < 40; i++) await store.append({ samples: batch(2_000 * i, 2_000) });
  for (let round = 0; round < 3; round++) {
    const file = join(folder, `copy-${round}.db`);
    const before = await store.query({ board: 'board 1', metric: 'x', limit: 2_000 });
    let isDone = false;
    const backup = store.backup(file).finally(() => {
      isDone = true;
    });
    for (let i = 0; !isDone; i++) {
      await store.append({ samples: batch(1e6 * (round + 1) + 1_000 * i, 1_000) });
      await new Promise(setImmediate);
    }
    await backup;
    const copy = await opened(file);
    const check = await copy.check();
    expect(check.damage).toEqual([]);
    expect(check.points).toBe((await copy.info()).points);
    const range = { from: before[0]?.at ?? 0, to: (before.at(-1)?.at ?? 0) + 1, limit: 2_000 };
    expect(await copy.query({ board: 'board 1', metric: 'x', ...range })).toEqual(before);
  }
});

test('a file that exists is left as it is, and the store goes on', async () => {
  const folder = temporaryFolder();
  const store = await openSqliteStore(join(folder, 'store'));
  onTestFinished(() => store.close());
  const file = join(folder, 'mine.db');
  writeFileSync(file, '');
  await expect(store.backup(file)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  expect(readdirSync(folder).toSorted()).toEqual(['mine.db', 'store']);
  await store.append({ samples: batch(0, 3) });
});

test('a backup that fails says which file, and leaves none', async () => {
  const folder = temporaryFolder();
  const store = new EngineStore(mkdir(folder, 'store'));
  onTestFinished(() => store.close());
  await store.append({ samples: batch(0, 1_000) });
  const nowhere = join(folder, 'no such folder', 'copy.db');
  const failed = { code: 'STORE_FAILED', message: expect.stringContaining(nowhere) };
  await expect(store.backup(nowhere)).rejects.toMatchObject(failed);
  const backup = store.backup(join(folder, 'copy.db')); // and the database goes away under it
  store.engine.close();
  await backup.catch(() => {});
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  store.engine = new EngineStore(join(folder, 'store')).engine;
});

test('closing a store waits for the backup that is under way', async () => {
  const folder = temporaryFolder();
  const store = await openSqliteStore(join(folder, 'store'));
  for (let i = 0; i < 10; i++) await store.append({ samples: batch(2_000 * i, 2_000) });
  const backup = store.backup(join(folder, 'copy.db'));
  await Promise.all([backup, store.close()]);
  expect((await (await opened(join(folder, 'copy.db'))).info()).points).toBe(40_000);
  expect(existsSync(join(folder, 'copy.db'))).toBe(true);
});

function mkdir(...parts: string[]): string {
  const folder = join(...(parts as [string]));
  mkdirSync(folder);
  return folder;
}
