import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CLI, hasPython, PYTHON_HINT, startProgram } from './cli.ts';
import { bothWays, SOME, sample, stored, T } from './stored.ts';

test('gives the same of a hub as of the folder', async () => {
  const { folder, here } = await stored(SOME);
  const { alone, hub } = await bothWays(folder, async () => [
    await here(['export', 'pump', 'temp', '--from', String(T + 120_000)]),
    await here(['export', '--format', 'jsonl']),
    await here(['export', '--texts', '--format', 'jsonl']),
    await here(['export', 'pump', 'temperature']),
  ]);
  expect(hub).toEqual(alone);
  const [csv, jsonl, texts, unknown] = alone;
  expect(csv).toMatchObject({
    code: 0,
    stderr: '',
    stdout:
      'time,board,metric,value,unit\r\n2026-07-30T14:02:00.000Z,pump,temp,22,Cel\r\n2026-07-30T14:03:00.000Z,pump,temp,23,Cel\r\n',
  });
  expect(jsonl?.stdout.split('\n')).toHaveLength(13);
  expect(texts?.stdout).toBe(`{"t":${T},"board":"灯","text":"two\\nlines"}\n`);
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(unknown?.stderr).toContain('It has: temp');
});

describe('-o FILE', () => {
  test('is there whole, or as it was before', async () => {
    const { folder, here, path } = await stored(SOME);
    const { stderr } = await here(['export', '-o', 'all.csv']);
    expect(stderr).toBe('Written to all.csv: 12 points.\n');
    expect(readFileSync(path('all.csv'), 'utf8').split('\r\n')).toHaveLength(14);
    writeFileSync(path('all.jsonl'), 'before');
    expect((await here(['export', 'pmup', '-o', 'all.jsonl'])).code).toBe(1);
    expect(readFileSync(path('all.jsonl'), 'utf8')).toBe('before');
    const again = await here(['export', '-o', 'all.jsonl', '--texts'], { KITELINE_LANG: 'zh' });
    expect(again.stderr).toBe('已写入 all.jsonl：1 条文本。\n');
    expect(JSON.parse(readFileSync(path('all.jsonl'), 'utf8'))).toMatchObject({ board: '灯' });
    expect(readdirSync(folder).sort()).toEqual(['all.csv', 'all.jsonl', 'kiteline-data']);
  });

  test('that cannot be written is told in a sentence', async () => {
    const { here } = await stored(SOME);
    const missing = await here(['export', '-o', 'no/such/folder.csv']);
    expect(missing).toMatchObject({ code: 1, stderr: 'There is no folder for no/such/folder.csv.\n' });
    const isFolder = await here(['export', '-o', 'kiteline-data']);
    expect(isFolder).toMatchObject({ code: 1 });
    expect(isFolder.stderr).toContain('is a folder');
    const table = await here(['export', '-o', 'all.xlsx']);
    expect(table).toMatchObject({ code: 2 });
    expect(table.stderr).toContain('There is no format for .xlsx');
  });

  test('- is stdout; where there is nothing, stderr says so', async () => {
    const { folder, here } = await stored(SOME);
    const all = await here(['export', '-o', '-']);
    expect(all).toEqual(await here(['export']));
    const none = await here(['export', 'pump', '--to', '2020-01-01', '-o', '-']);
    expect(none).toMatchObject({ code: 0, stdout: 'time,board,metric,value,unit\r\n' });
    expect(none.stderr).toBe('There are no such points.\n');
    expect(readdirSync(folder)).toEqual(['kiteline-data']);
  });

  test.skipIf(process.platform === 'win32')('takes the place of no pipe, device or link', async () => {
    const { folder, here, path } = await stored(SOME);
    execFileSync('mkfifo', [path('pipe')]);
    const pipe = await here(['export', '-o', 'pipe']);
    expect(pipe).toMatchObject({ code: 1 });
    expect(pipe.stderr).toContain('pipe is a device or a pipe');
    expect(statSync(path('pipe')).isFIFO()).toBe(true);
    writeFileSync(path('real.csv'), 'before');
    symlinkSync('real.csv', path('link.csv'));
    expect((await here(['export', '-o', 'link.csv'])).code).toBe(0);
    expect(lstatSync(path('link.csv')).isSymbolicLink()).toBe(true);
    expect(readFileSync(path('real.csv'), 'utf8')).toContain('pump,temp');
    expect(readdirSync(folder).sort()).toEqual(['kiteline-data', 'link.csv', 'pipe', 'real.csv']);
  });

  test('is not written when the export is interrupted', async () => {
    const { folder } = await stored(...many(400_000));
    const program = startProgram(process.execPath, [CLI, 'export', '-o', 'all.csv'], {}, folder);
    while (!readdirSync(folder).includes('all.csv.part')) await new Promise(setImmediate);
    program.interrupt();
    const { code, stderr } = await program.ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'Interrupted: all.csv was not written.\n' });
    expect(readdirSync(folder)).toEqual(['kiteline-data']);
  });
});

test.runIf(hasPython)(`CSV is read back by another parser${PYTHON_HINT}`, async () => {
  const values = ['plain', 'a "quoted", text', 'two\nlines', 'CR\r\nLF', '阀门', ' spaces ', ''];
  const { here, path } = await stored({
    samples: values.map((value, at) => sample('s, "x"', value, T + at)),
  });
  await here(['export', '-o', 'x.csv']);
  const script = `import csv, json, sys
print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")))))`;
  const rows = JSON.parse(execFileSync('python3', ['-c', script, path('x.csv')], { encoding: 'utf8' }));
  expect(rows).toEqual(
    values.map((value, at) => ({
      time: new Date(T + at).toISOString(),
      board: 'pump',
      metric: 's, "x"',
      value,
      unit: '',
    })),
  );
});

test('memory does not grow with the number of points', async () => {
  const { folder, here } = await stored(...many(300_000));
  // Megabytes of JavaScript heap, of which the command itself takes more than half; the file has 15.
  const small = { NODE_OPTIONS: '--max-old-space-size=24' };
  const { alone, hub } = await bothWays(folder, () => here(['export', '-o', 'all.csv'], small));
  const done = { code: 0, stdout: '', stderr: 'Written to all.csv: 300,000 points.\n' };
  expect({ alone, hub }).toEqual({ alone: done, hub: done });
});

test('a reader that has seen enough is no failure', async () => {
  const { folder } = await stored(...many(100_000));
  const script = `'${process.execPath}' '${CLI}' export | head -1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await startProgram('bash', ['-c', script], {}, folder).ended;
  expect({ stdout, stderr }).toEqual({ stdout: 'time,board,metric,value,unit\r\n0\n', stderr: '' });
});

/** Points of one series, a second apart. */
function many(count: number) {
  return Array.from({ length: count / 10_000 }, (_, page) => ({
    samples: Array.from({ length: 10_000 }, (_, at) =>
      sample('n', Math.sin(at) * page, T + 1000 * (10_000 * page + at)),
    ),
  }));
}

test.skipIf(!existsSync('/dev/full'))('a full disk under stdout is told in a sentence', async () => {
  const { folder } = await stored(SOME);
  const command = `"${process.execPath}" "${CLI}" export > /dev/full`;
  const { code, stderr } = await startProgram('sh', ['-c', command], {}, folder).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'stdout cannot be written (ENOSPC).\n' });
});
