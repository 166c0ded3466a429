import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-plan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const MAP = `type octile
height 4
width 6
map
......
.@@@@.
....@.
WWWW@.
`;

const scenario = (start: string, goal: string, length: number, size = '6 4'): string =>
  `0 small.map ${size} ${start} ${goal} ${length}`.replaceAll(' ', '\t');

const RIGHT = [
  scenario('0 0', '5 0', 5),
  scenario('3 2', '5 3', 13),
  scenario('0 3', '3 3', 3),
  scenario('0 2', '0 2', 0),
];

const scenarios = (lines: string[]): string => file('small.map.scen', `version 1\n${lines.join('\n')}\n`);

describe('kiteline plan', () => {
  it('says that all are optimal, and writes the paths', async () => {
    const out = join(folder, 'paths.jsonl');
    const { code, stdout, stderr } = await run([
      'plan',
      file('small.map', MAP),
      scenarios(RIGHT),
      '--out',
      out,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [header, row] = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(header?.slice(0, 4)).toEqual(['scenarios', 'optimal', 'wrong', 'unreachable']);
    expect(row?.slice(0, 4)).toEqual(['4', '4', '0', '0']);
    const lines = readFileSync(out, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      {
        scenario: 0,
        path: [
          [0, 0],
          [5, 0],
        ],
      },
      {
        scenario: 1,
        path: [
          [3, 2],
          [0, 2],
          [0, 0],
          [5, 0],
          [5, 3],
        ],
      },
      {
        scenario: 2,
        path: [
          [0, 3],
          [3, 3],
        ],
      },
      { scenario: 3, path: [[0, 2]] },
    ]);
  });

  it('says what is not, and ends with code 1', async () => {
    const lines = [...RIGHT, scenario('0 0', '5 0', 6), scenario('0 0', '0 3', 3), scenario('0 0', '1 1', 2)];
    const { code, stdout, stderr } = await run(['plan', file('small.map', MAP), scenarios(lines), '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ scenarios: 7, optimal: 4, wrong: 1, unreachable: 2 });
    expect(stderr).toBe(
      'Scenario 4: the way is 5.00000 long, the file says 6.\nScenario 5: there is no way.\nScenario 6: there is no way.\n',
    );
  });

  it('takes every Nth, and accepts lengths that are rounded', async () => {
    const lines = [scenario('0 0', '2 0', 2.001), scenario('0 0', '5 0', 9), scenario('2 2', '0 0', 4)];
    const out = join(folder, 'paths.jsonl');
    const { code, stdout } = await run([
      ...['plan', file('small.map', MAP), scenarios(lines)],
      ...['--every', '2', '--json', '--out', out],
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ scenarios: 2, optimal: 2 });
    const rows = readFileSync(out, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).scenario);
    expect(rows).toEqual([0, 2]);
  });

  it('scales the map when a scenario is set in a larger one', async () => {
    const lines = [scenario('0 0', '11 0', 11, '12 8'), scenario('0 0', '5 0', 5)];
    const { code, stdout } = await run(['plan', file('small.map', MAP), scenarios(lines), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ scenarios: 2, optimal: 2 });
  });

  it('tells in a sentence what cannot be used, in the language of the person', async () => {
    const map = file('small.map', MAP);
    const list = scenarios(RIGHT);
    const cases: [string[], string, number][] = [
      [['plan', join(folder, 'none.map'), list], `There is no file ${join(folder, 'none.map')}.`, 1],
      [['plan', folder, list], `${folder} is a folder.`, 1],
      [['plan', list, list], `${list}, line 1: a map begins with "type octile".`, 1],
      [['plan', map, map], `${map}, line 1: a scenario file begins with "version 1".`, 1],
      [['plan', map, file('empty.scen', 'version 1\n')], 'empty.scen has no scenario.', 1],
      [['plan', map], 'SCENARIOS is missing.', 2],
      [['plan', map, list, '--every', '0'], '"0" will not do', 2],
    ];
    for (const [args, sentence, code] of cases) {
      const ended = await run(args);
      expect(ended.stderr).toContain(sentence);
      expect(ended.code).toBe(code);
    }
    const chinese = await run(['plan', map, map], { KITELINE_LANG: 'zh' });
    expect(chinese.stderr).toBe(`${map} 第 1 行：场景文件应以“version 1”开头。\n`);
  });
});
