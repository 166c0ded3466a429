import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { CLI } from './cli.ts';
import { bothWays, SOME, sample, stored, T } from './stored.ts';
import { startUp, stop } from './up-hub.ts';

test('info tells what is there', async () => {
  const { folder, here } = await stored(SOME);
  const { alone, hub } = await bothWays(folder, async () => ({
    text: (await here(['store', 'info'])).stdout,
    json: JSON.parse((await here(['store', 'info', '--json'])).stdout),
  }));
  for (const { text, json } of [alone, hub]) {
    expect(text).toContain('kiteline-data/store\n');
    expect(text).toMatch(/^points +12$/m);
    expect(text).toMatch(/^oldest point +2026-07-30 14:00:00$/m);
    expect(text).not.toContain('damaged');
    expect(json).toMatchObject({ boards: 2, series: 3, points: 12, texts: 1, oldest: T });
  }
  expect((await here(['store', 'info'], { KITELINE_LANG: 'zh' })).stdout).toMatch(/^数据点 +12$/m);
});

test('check reads everything; what is damaged is told, and the exit code is 1', async () => {
  const noise = Array.from({ length: 30_000 }, (_, at) => sample('n', Math.sin(at), T + at));
  const { folder, here, path } = await stored(SOME, { samples: noise });
  const { alone, hub } = await bothWays(folder, () => here(['store', 'check']));
  expect(alone).toEqual({
    code: 0,
    stdout: '30,012 points and 1 text read: all is well.\n',
    stderr: '',
  });
  expect(hub).toEqual(alone);
  const file = path('kiteline-data/store/history.db');
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  writeFileSync(file, bytes.fill(0xa5, middle, middle + 100));
  const found = await here(['store', 'check']);
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(/damaged/);
  expect(found.stdout).toMatch(/; damaged places: [1-9]\d*\.\n$/);
  expect(found.stderr).toBe('');
});

test('a backup is a whole store, as its last line says', async () => {
  const { folder, here, path } = await stored(SOME);
  let number = 0;
  await bothWays(folder, async () => {
    number++;
    const name = `backup-${number}.db`;
    const { code, stderr } = await here(['store', 'backup', name]);
    expect(code).toBe(0);
    expect(stderr).toContain(`mkdir -p D/store && cp ${name} D/store/history.db && kiteline up --data D`);
    const copy = path(`D${number}/store/history.db`);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(path(name), copy);
    const { stdout } = await here(['export', '--data', `D${number}`]);
    expect(stdout).toBe((await here(['export'])).stdout);
  });
  expect(readdirSync(folder).sort()).toEqual(['D1', 'D2', 'backup-1.db', 'backup-2.db', 'kiteline-data']);
});

test('a backup writes over nothing', async () => {
  const { folder, here, path } = await stored(SOME);
  writeFileSync(path('mine.db'), 'mine');
  const { alone, hub } = await bothWays(folder, async () => [
    await here(['store', 'backup', 'mine.db']),
    await here(['store', 'backup', 'no/folder.db']),
  ]);
  expect(hub).toEqual(alone);
  expect(alone).toMatchObject([{ code: 1 }, { code: 1, stderr: 'There is no folder for no/folder.db.\n' }]);
  expect(alone[0]?.stderr).toContain('mine.db exists already');
  expect(readFileSync(path('mine.db'), 'utf8')).toBe('mine');
});

test('a store that a hub has open, but cannot be asked for, is said to be in use', async () => {
  const { folder, here, path } = await stored(SOME);
  const hub = await startUp(folder);
  writeFileSync(path('kiteline-data/hub.json'), '{}');
  const { code, stderr } = await here(['store', 'info']);
  expect(code).toBe(1);
  expect(stderr).toContain('in use by another process');
  await stop(hub);
});

test('a file that is no store is told in a sentence', async () => {
  const { here, path } = await stored(SOME);
  writeFileSync(path('kiteline-data/store/history.db'), 'not a database at all'.repeat(1000));
  for (const args of [['info'], ['check']]) {
    const { code, stdout, stderr } = await here(['store', ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('kiteline-data/store');
    expect(stderr).not.toContain('    at ');
  }
  expect(existsSync(path('kiteline-data/store/history.db'))).toBe(true);
});

/** Whom a folder's permissions hold back: root they do not, so that root takes the place of nobody for a program. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

test.skipIf(process.platform === 'win32')(
  'a folder that may only be read is read, and not written',
  async () => {
    const { folder, here, path } = await stored(SOME);
    const all = await here(['export']);
    const store = path('kiteline-data/store');
    const before = readdirSync(store);
    for (const place of [folder, path('kiteline-data'), store]) chmodSync(place, 0o555);
    const asNobody = (...args: string[]) =>
      spawnSync(process.execPath, [CLI, ...args], {
        ...nobody,
        cwd: folder,
        env: { ...process.env, KITELINE_LANG: 'en', NO_COLOR: '1' },
        encoding: 'utf8',
      });
    try {
      expect(asNobody('export')).toMatchObject({ status: 0, stdout: all.stdout, stderr: '' });
      expect(asNobody('store', 'check').stdout).toContain('all is well');
      const up = asNobody('up', '--tcp', '0', '--udp', '0', '--http', '0');
      expect(up).toMatchObject({ status: 1 });
      expect(up.stderr).toContain('kiteline-data/store cannot be written (EACCES).');
      expect(readdirSync(store)).toEqual(before);
    } finally {
      for (const place of [folder, path('kiteline-data'), store]) chmodSync(place, 0o755);
    }
  },
);

test('a log without its database is no store yet: the hub makes one of it', async () => {
  const { folder, here, path } = await stored();
  const hub = await startUp(folder);
  expect((await fetch(`${hub.http}/samples`, { method: 'POST', body: '{"n":1}' })).status).toBe(200);
  hub.child.kill('SIGKILL');
  await hub.ended;
  for (const name of readdirSync(path('kiteline-data/store')))
    if (name.startsWith('history.db')) rmSync(path(`kiteline-data/store/${name}`));
  const alone = await here(['store', 'info']);
  expect(alone).toMatchObject({ code: 1 });
  expect(alone.stderr).toContain('there is a log, but no history.db');
  await stop(await startUp(folder));
  expect((await here(['store', 'info'])).stdout).toMatch(/^points +1$/m);
});
