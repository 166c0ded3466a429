/** A new program over the air: real boards' programs, the real hub, and what goes wrong on the way. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Keys, type UpdateProgress } from '../../src/index.ts';
import { startHub } from '../helpers/hub.ts';
import { startLibrary } from '../helpers/library.ts';
import { programFiles, staying } from '../helpers/programs.ts';

/** An ESP32-C3 has no more. */
const TWO_TIMERS = `import machine
of_chip = machine.Timer
class Timer:
    ONE_SHOT = of_chip.ONE_SHOT
    PERIODIC = of_chip.PERIODIC
    def __new__(cls, id=-1, **settings):
        if id > 1:
            raise ValueError("Timer(%d) doesn't exist" % id)
        return of_chip(id, **settings)
machine.Timer = Timer
`;

async function start(options: Parameters<typeof programFiles>[1] = {}, more: Record<string, string> = {}) {
  const keys = new Keys();
  const { key: bytes } = await keys.add('b');
  const key = Buffer.from(bytes).toString('hex');
  const { hub, port } = await startHub({ keys });
  const { 'main.py': main = '', ...files } = programFiles(staying(port, key, 'one'), options);
  const running = await startLibrary(main, { files: { ...files, ...more } });
  await running.out(/runs one/);
  await running.out(/online/);
  const board = hub.board('b');
  if (!board) throw new Error('there is no board b');
  const flash = (path: string) => join(running.board.flash, path);
  return { hub, board, running, program: (word: string) => staying(port, key, word), flash };
}

test('it is sent, started, found good and kept; what is the same is not sent again', async () => {
  const { board, running, program, flash } = await start();
  const seen: UpdateProgress[] = [];
  const big = Buffer.alloc(20_000, 'x');
  const files = { 'main.py': program('two'), 'lib/big.txt': big, 'empty.py': '' };
  const first = await board.update(files, { onProgress: (progress) => seen.push(progress) });
  expect(first).toMatchObject({ outcome: 'done', sent: big.length + files['main.py'].length });
  await running.out(/runs two/);
  expect(seen.at(-1)?.state).toBe('trial');
  expect(seen.map(({ bytes }) => bytes)).toEqual(seen.map(({ bytes }) => bytes).sort((a, b) => a - b));
  expect(readFileSync(flash('program-b/lib/big.txt'))).toEqual(big);
  expect(board.info()?.program).toEqual({ id: first.id });
  expect(await board.update(files)).toEqual({ outcome: 'done', id: first.id, sent: 0 });
  const main = program('three');
  expect(await board.update({ ...files, 'main.py': main })).toMatchObject({
    outcome: 'done',
    sent: main.length,
  });
  await running.out(/runs three/);
  expect(readFileSync(flash('program-a/lib/big.txt'))).toEqual(big);
});

test('what an update no longer has is gone', async () => {
  const { board, program, flash } = await start();
  await board.update({ 'main.py': program('two'), 'a/b/c.py': 'x' });
  await board.update({ 'main.py': program('three') });
  await board.update({ 'main.py': program('four') });
  expect(existsSync(flash('program-b/a'))).toBe(false);
});

test.each([
  ['crashes', 'raise ValueError("no motor")', 'ValueError: no motor'],
  ['does not parse', 'def', 'SyntaxError'],
  ['ends', 'print("hello")', 'its main.py came to its end'],
])('one that %s is tried three times, then the one before comes back', async (_, bad, why) => {
  const { board, running, program } = await start();
  const outcome = await board.update({ 'main.py': bad });
  expect(outcome).toMatchObject({ outcome: 'failed', message: expect.stringContaining(why) });
  await running.out(/the one before it runs again\n[\s\S]*runs one/);
  expect(board.info()?.program?.failed).toMatchObject({ id: outcome.id, why: expect.stringContaining(why) });
  // The same bad one again fails again, and a good one is taken.
  expect(await board.update({ 'main.py': bad })).toMatchObject({ outcome: 'failed' });
  expect(await board.update({ 'main.py': program('two') })).toMatchObject({ outcome: 'done' });
  expect(board.info()?.program?.failed).toBeUndefined();
});

test('one that never says hello goes after its time', async () => {
  const { board, running } = await start({ trialMs: 300 });
  const outcome = await board.update({ 'main.py': 'import time\nwhile True:\n    time.sleep_ms(10)' });
  expect(outcome).toMatchObject({
    outcome: 'failed',
    message: expect.stringContaining('it held no session with the hub'),
  });
  await running.out(/the one before it runs again\n[\s\S]*runs one/);
});

test('a chip with two timers ends the trial of a new program as any other', async () => {
  const { board, running } = await start({ trialMs: 300 }, { 'boot.py': TWO_TIMERS });
  const outcome = await board.update({ 'main.py': 'import time\nwhile True:\n    time.sleep_ms(10)' });
  expect(outcome).toMatchObject({
    outcome: 'failed',
    message: expect.stringContaining('it held no session with the hub'),
  });
  await running.out(/the one before it runs again\n[\s\S]*runs one/);
});

test('a reset in the middle: it begins anew, and what the board has whole is not sent twice', async () => {
  const { board, running, program } = await start();
  const files: Record<string, string | Buffer> = { 'main.py': program('two') };
  for (let n = 0; n < 8; n++) files[`part${n}.bin`] = Buffer.alloc(6_000, n);
  let isReset = false;
  const outcome = await board.update(files, {
    onProgress: ({ bytes }) => {
      if (bytes < 20_000 || isReset) return;
      isReset = true;
      void running.board.reset('power');
    },
  });
  expect(outcome).toMatchObject({ outcome: 'done' });
  expect((outcome as { sent: number }).sent).toBeLessThan(70_000);
  await running.out(/runs two/);
});

test('given up, it leaves the board as it was', async () => {
  const { board, running, program, flash } = await start();
  const stop = new AbortController();
  const files = { 'main.py': program('two'), 'big.bin': Buffer.alloc(50_000) };
  const outcome = await board.update(files, { signal: stop.signal, onProgress: () => stop.abort() });
  expect(outcome).toMatchObject({ outcome: 'expired' });
  await running.board.reset();
  await running.out(/runs one[\s\S]*runs one/);
  expect(JSON.parse(readFileSync(flash('kiteline-program.json'), 'utf8'))).toEqual({ run: 'a', ids: {} });
});

test('a board that does not start its program so says what to do', async () => {
  const keys = new Keys();
  const key = Buffer.from((await keys.add('b')).key).toString('hex');
  const { hub, port } = await startHub({ keys });
  const running = await startLibrary(staying(port, key, 'one'));
  await running.out(/online/);
  expect(await hub.board('b')?.update({ 'main.py': '' })).toMatchObject({
    outcome: 'failed',
    message: expect.stringContaining('kiteline setup'),
  });
});

test('refused: without room, without a key, by paths that lead elsewhere, while another is under way', async () => {
  const { hub, board, program } = await start();
  await expect(board.update({ 'main.py': '', '../x': '' })).rejects.toThrow(/"\.\.\/x" cannot be a file/);
  await expect(board.update({ 'boot.py': '' })).rejects.toThrow(/main\.py/);
  await expect(board.update({ 'main.py': Buffer.alloc(1_000_000) })).rejects.toThrow(/at most/);
  await expect(board.command('$program', { do: 'begin' })).rejects.toThrow(/cannot be the name/);
  const one = board.update({ 'main.py': program('two') });
  await expect(board.update({ 'main.py': program('three') })).rejects.toThrow(
    /getting a new program already/,
  );
  expect(await one).toMatchObject({ outcome: 'done' });
  await hub.keys.open('b');
  await expect(board.update({ 'main.py': '' })).rejects.toThrow(/has no key/);
});
