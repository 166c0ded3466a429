import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scenarios } from '../../src/lab/scenarios/index.ts';
import { run } from './cli.ts';

/** A board's program in a file, gone after the test. */
function programFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-lab-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'main.py');
  writeFileSync(file, text);
  return file;
}

test('lists what can happen, a line each', async () => {
  const { code, stdout } = await run(['lab', '--scenario', 'list']);
  expect(code).toBe(0);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(['SCENARIO', ...scenarios.map(({ name }) => name)]);
  const chinese = await run(['lab', '--scenario', 'list'], { KITELINE_LANG: 'zh' });
  expect(chinese.stdout).toMatch(/^情形 /);
});

test('prints the guarantee table, and exits with 0 when nothing was broken', async () => {
  const { code, stdout, stderr } = await run([
    'lab',
    '--scenario',
    'cut-to-board',
    '--runs',
    '2',
    '--seed',
    '70',
  ]);
  expect(stderr).toBe('');
  expect(stdout).toMatch(
    /^FAULT +RUNS +FAULTS +SAMPLES +COMMANDS +LOST +DUPLICATED +WRONG OUTCOME +CONTROL +TRUST +OTHER +LATEST STOP\n/,
  );
  // 8 cuts a run; on a machine with much else to do one may not come in time.
  expect(stdout).toMatch(/\ncut-to-board +2 +1\d +\d+ +30 +0 +0 +0 +0 +0 +0 +–\nall +2 /);
  expect(stdout).toContain('2 runs, no promise broken. Seed 70, ');
  expect(stdout).toMatch(/Cut after 1\d of the 900 first bytes that a hub sends\./);
  expect(code).toBe(0);
});

test('runs a program of one’s own, gives its commands, and has one JSON object for programs', async () => {
  const file = programFile(`
import kiteline
board = kiteline.Board()

@board.every(40, temp="Cel")
def read():
    return {"temp": 21.5, "note": "热"}

@board.command(on=bool)
def lamp(on):
    return on

board.run()
`);
  const args = [
    'lab',
    '--program',
    file,
    '--scenario',
    'board-soft-reset',
    '--runs',
    '1',
    '--seed',
    '3',
    '--json',
  ];
  const { code, stdout } = await run(args);
  const { failed, ...rest } = JSON.parse(stdout);
  expect(failed).toEqual([]);
  expect(rest).toMatchObject({ seed: 3, runs: 1, commands: 14, lost: 0, broken: false });
  expect(rest.samples).toBeGreaterThan(10);
  expect(code).toBe(0);
});

test('a program that ends is a promise broken: exit code 1, and how to have it again', async () => {
  const file = programFile('import kiteline\nboard = kiteline.Board()\nprint("so far")\n1 / 0\n');
  const { code, stdout, stderr } = await run([
    'lab',
    '--program',
    file,
    '--scenario',
    'calm',
    '--runs',
    '1',
    '--seed',
    '8',
  ]);
  expect(stderr).toMatch(/prints \["so far"\](.|\n)*calm, seed 8:\n.*ZeroDivisionError/);
  expect(stderr).toContain(`  again: kiteline lab --scenario calm --seed 8 --runs 1 --program ${file}\n`);
  expect(stdout).toContain('1 run; 1 broke a promise. Seed 8, ');
  expect(code).toBe(1);
});

test('a scenario or a file that there is not', async () => {
  const scenario = await run(['lab', '--scenario', 'storms', '--runs', '1']);
  expect(scenario).toMatchObject({ code: 2, stderr: expect.stringContaining('no scenario "storms"') });
  const file = await run(['lab', '--program', join(tmpdir(), 'no such file.py')]);
  expect(file).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be read (ENOENT)') });
});
