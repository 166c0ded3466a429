import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CLI, run, startProgram } from './cli.ts';
import { SOME, sample, stored, T } from './stored.ts';
import { startUp, stop, type UpHub } from './up-hub.ts';

const post = async (hub: UpHub, body: string): Promise<number> =>
  (await fetch(`${hub.http}/samples?board=pump`, { method: 'POST', body })).status;

test('the history outlives the hub, and the start says how much there is', async () => {
  const { folder, here } = await stored();
  const first = await startUp(folder);
  expect(await post(first, '{"temp":20}')).toBe(200);
  first.child.kill('SIGKILL');
  await first.ended;
  const second = await startUp(folder);
  expect(await post(second, '{"temp":21}')).toBe(200);
  const { stdout } = await here(['history', 'pump', 'temp', '--json']);
  expect(stdout.match(/"v":\d+/g)).toEqual(['"v":20', '"v":21']);
  const { code, stderr } = await stop(second);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^The history is kept in .*kiteline-data.store: 1 point of 1 board, .*B\.$/m);
});

test('--memory keeps nothing on disk', async () => {
  const { folder, here } = await stored();
  const hub = await startUp(folder, ['--memory', '--data', 'other'], { KITELINE_LANG: 'zh' });
  expect(await post(hub, '{"temp":20}')).toBe(200);
  const info = JSON.parse((await here(['store', 'info', '--json', '--data', 'other'])).stdout);
  expect(info).toMatchObject({ kind: 'memory', points: 1 });
  const backup = await here(['store', 'backup', 'b.db', '--data', 'other']);
  expect(backup.code).toBe(1);
  expect((await stop(hub)).stderr).toContain('历史数据只保存在内存中');
  expect((await here(['store', 'info', '--data', 'other'])).stderr).toContain('no history in');
});

test('--keep leaves out what is older', async () => {
  const now = Date.now();
  const { folder, here } = await stored({ samples: [sample('n', 1, T), sample('n', 2, now)] });
  const hub = await startUp(folder, ['--keep', '1d', '--max-size', '100MB']);
  const { stdout } = await here(['history', 'pump', 'n', '--json']);
  expect(stdout).toBe(`{"t":${now},"v":2}\n`);
  await stop(hub);
});

test('damage is told after the first lines, and the hub goes on', async () => {
  const { folder, path } = await stored(SOME);
  writeFileSync(path('kiteline-data/store/history.db'), 'no database'.repeat(2000));
  const hub = await startUp(folder);
  expect(await post(hub, '{"temp":20}')).toBe(200);
  const { code, stderr } = await stop(hub);
  expect(code).toBe(0);
  expect(stderr).toMatch(/Ctrl-C ends\.\nTrouble with the history, the hub goes on: .*set aside/);
  expect(readFileSync(path('kiteline-data/store/damaged-1.db'), 'utf8')).toMatch(/^no database/);
});

test.each([
  [['--keep', '30'], '"30" is not a span of time'],
  [['--max-size', '2'], '"2" is not a size'],
  [['--max-size', '1MB'], 'at least 10MB'],
  [['--memory', '--keep', '1d'], 'leave them out, or --memory'],
])('%j is refused', async (args, sentence) => {
  const { code, stderr } = await run(['up', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
});

test.skipIf(!existsSync('/dev/full'))('a full disk under its messages does not end the hub', async () => {
  const { folder, path } = await stored();
  const command = `exec "${process.execPath}" "${CLI}" up --tcp 0 --udp 0 --http 0 2> /dev/full`;
  const hub = startProgram('sh', ['-c', command], {}, folder);
  const file = path('kiteline-data/hub.json');
  await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(true);
  const { url } = JSON.parse(readFileSync(file, 'utf8'));
  const body = '{"temp":20}';
  expect((await fetch(`${url}/samples`, { method: 'POST', body })).status).toBe(200);
  hub.interrupt();
  expect((await hub.ended).code).toBe(0);
});
