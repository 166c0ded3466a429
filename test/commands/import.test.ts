/** `kiteline import`: what an export wrote comes back, once, with a hub that runs and with the folder alone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CsvReader } from '../../src/commands/import/csv.ts';
import { rowsIn } from '../../src/commands/import/rows.ts';
import { start } from './cli.ts';
import { bothWays, SOME, sample, stored, T } from './stored.ts';

/** A folder without a hub or a history, and commands that run in it; gone after the test. */
function empty() {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline import '));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const here = (args: string[], input = '') => {
    const program = start(args, { TZ: 'UTC' }, folder);
    program.child.stdin?.end(input);
    return program.ended;
  };
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  return { folder, here, write };
}

const exported = async (here: (args: string[]) => Promise<{ stdout: string }>) => [
  (await here(['export', '--format', 'jsonl'])).stdout,
  (await here(['export', '--texts', '--format', 'jsonl'])).stdout,
];

test('an export comes back in an empty folder as it was, and a second time changes nothing', async () => {
  const { here } = await stored(SOME, { samples: [sample('temp', 23, T + 180_000, 'Cel')] }); // twice the same point
  const [points = '', texts = ''] = await exported(here);
  const there = empty();
  const first = await there.here(['import', '-'], points);
  expect(first).toMatchObject({ code: 0, stdout: '', stderr: '-: 13 imported, 0 were there.\n' });
  await there.here(['import', '-'], texts);
  expect(await exported(there.here)).toEqual([points, texts]);
  const again = await there.here(['import', '-'], points);
  expect(again.stderr).toBe('-: 0 imported, 13 were there.\n');
});

test('CSV, with quotes, formulas and line breaks, into a hub that runs as into the folder', async () => {
  const { here } = await stored(SOME);
  const csv = (await here(['export'])).stdout;
  const texts = (await here(['export', '--texts'])).stdout;
  const there = empty();
  there.write('all.csv', `\ufeff${csv}`);
  there.write('texts.csv', texts);
  await there.here(['import', 'all.csv']);
  await there.here(['import', 'texts.csv']);
  expect((await there.here(['export'])).stdout).toBe(csv);
  expect((await there.here(['export', '--texts'])).stdout).toBe(texts);
  const { alone, hub } = await bothWays(there.folder, () => there.here(['import', 'all.csv']));
  expect(hub).toEqual(alone);
  expect(hub.stderr).toBe('all.csv: 0 imported, 12 were there.\n');
});

test('a line that is none is told by its number; what stands before it is in, and nothing twice afterwards', async () => {
  const there = empty();
  const rows = ['a', 'b', 'c'].map((metric) => JSON.stringify({ t: T, board: 'pump', metric, v: 1 }));
  there.write('bad.jsonl', [rows[0], rows[1], '{"t":"noon"}', rows[2]].join('\n'));
  const bad = await there.here(['import', 'bad.jsonl']);
  expect(bad.code).toBe(1);
  expect(bad.stderr).toBe(
    'bad.jsonl, line 3: Its time is none. What stands before it is imported: correct the line and run the same again.\n',
  );
  there.write('bad.jsonl', rows.join('\n'));
  expect((await there.here(['import', 'bad.jsonl'])).stderr).toBe('bad.jsonl: 1 imported, 2 were there.\n');
  expect((await there.here(['import', 'nothing.csv'])).stderr).toBe('nothing.csv cannot be read.\n');
});

test('more rows than go at once, equal ones at the seam among them', async () => {
  const there = empty();
  const row = (t: number) => JSON.stringify({ t, board: 'pump', metric: 'temp', v: t % 7 });
  const lines = Array.from({ length: 12_000 }, (_, i) =>
    row(T + Math.min(i, 4_990) + (i > 5_010 ? i - 5_010 : 0)),
  );
  there.write('many.jsonl', lines.join('\n'));
  expect((await there.here(['import', 'many.jsonl'])).stderr).toBe(
    'many.jsonl: 12,000 imported, 0 were there.\n',
  );
  expect((await there.here(['import', 'many.jsonl'])).stderr).toBe(
    'many.jsonl: 0 imported, 12,000 were there.\n',
  );
});

async function* parts(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

const all = async (...texts: string[]) => {
  const rows = [];
  for await (const row of rowsIn(parts(...texts))) rows.push(row);
  return rows;
};

test('what is read does not depend on where it is cut', async () => {
  const csv =
    'time,board,metric,value,unit\r\n2026-07-30T14:00:00.000Z,"a ""b"", c",state,"\'=1\n2",\r\n2026-07-30T14:00:01.000Z,灯,on,true,\r\n\r\n1785420000000,x,n,-1.5e3,Cel';
  const whole = await all(csv);
  expect(whole).toEqual([
    { line: 2, row: { t: T, board: 'a "b", c', metric: 'state', v: '=1\n2' } },
    { line: 4, row: { t: T + 1_000, board: '灯', metric: 'on', v: true } },
    { line: 6, row: { t: 1785420000000, board: 'x', metric: 'n', v: -1500, unit: 'Cel' } },
  ]);
  for (let at = 1; at < csv.length; at++) expect(await all(csv.slice(0, at), csv.slice(at))).toEqual(whole);
});

test('what is no export is told in a sentence', async () => {
  const header = 'time,board,metric,value,unit\n';
  for (const [text, sentence] of [
    ['a;b\n1;2', /^Line 1: An export begins with "time,board,metric,value,unit"/],
    [`${header}2026-07-30T14:00,pump,temp,1,`, /^Line 2: Its time is none/],
    [`${header}1785420000000,pump,temp,1`, /^Line 2: It has 4 fields, not 5/],
    [`${header}1785420000000,,temp,1,`, /^Line 2: Its board/],
    [`${header}1785420000000,pump,temp,"1,`, /^Line 2: A quotation mark is not closed/],
    ['{"t":1,"board":"pump","metric":"temp","v":null}', /^Line 1: Its value is none/],
    ['{"t":1,"board":"pump"', /^Line 1: It is no JSON object/],
    [`{"a":"${'x'.repeat(70_000)}`, /^Line 1: It is/],
  ] as const)
    await expect(all(text), text.slice(0, 60)).rejects.toThrow(sentence);
  expect(await all('')).toEqual([]);
  const reader = new CsvReader();
  reader.push(`"${'x'.repeat(70_000)}`);
  expect([reader.isBroken, reader.line]).toEqual([true, 1]);
});
