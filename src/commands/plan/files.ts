import { readFile, stat } from 'node:fs/promises';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';
import {
  MAX_SIDE,
  type MapProblem,
  type MovingAiMap,
  parseMap,
  parseScenarios,
  type Scenario,
  type ScenarioProblem,
} from '../../plan/index.ts';

/** Twice the largest map that there can be. */
const MAX_BYTES = 2 * MAX_SIDE ** 2;

/** @throws KitelineError USAGE: it cannot be read, or is no map */
export async function readMap(path: string): Promise<MovingAiMap> {
  const reading = parseMap(await textOf(path));
  if (reading.ok) return reading.map;
  throw badLine(path, reading.line, mapSentence(reading.problem));
}

/** @throws KitelineError USAGE: it cannot be read, has no scenario, or is no scenario file */
export async function readScenarios(path: string): Promise<readonly Scenario[]> {
  const reading = parseScenarios(await textOf(path));
  if (!reading.ok) throw badLine(path, reading.line, scenarioSentence(reading.problem));
  if (reading.scenarios.length > 0) return reading.scenarios;
  throw new KitelineError('USAGE', say(`${path} has no scenario.`, `${path} 中没有场景。`));
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_BYTES) return await readFile(path, 'latin1');
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'USAGE',
      code === 'ENOENT'
        ? say(`There is no file ${path}.`, `没有文件 ${path}。`)
        : code === 'EISDIR'
          ? say(`${path} is a folder.`, `${path} 是文件夹。`)
          : say(`${path} cannot be read (${code}).`, `无法读取 ${path}（${code}）。`),
      { cause },
    );
  }
  throw new KitelineError(
    'USAGE',
    say(
      `${path} is larger than any map: a side has at most ${MAX_SIDE} cells.`,
      `${path} 超过了地图的最大尺寸：每边最多 ${MAX_SIDE} 个单元格。`,
    ),
  );
}

const badLine = (path: string, line: number, sentence: string): KitelineError =>
  new KitelineError('USAGE', say(`${path}, line ${line}: ${sentence}`, `${path} 第 ${line} 行：${sentence}`));

function mapSentence(problem: MapProblem): string {
  switch (problem) {
    case 'type':
      return say('a map begins with "type octile".', '地图应以“type octile”开头。');
    case 'size':
      return say(
        `here stand "height" and "width", one a line, each from 1 to ${MAX_SIDE}.`,
        `此处应为“height”和“width”，各占一行，数值为 1 到 ${MAX_SIDE}。`,
      );
    case 'no-map':
      return say('here stands "map", and then the rows.', '此处应为“map”，其后是各行。');
    case 'row':
      return say(
        'a row is missing, or has not as many cells as the width says.',
        '缺少一行，或该行的单元格数与宽度不符。',
      );
    case 'letter':
      return say('a cell is one of . G S W @ O T.', '单元格只能是 . G S W @ O T 之一。');
    case 'more':
      return say('there is more than the height says.', '行数超过了高度。');
  }
}

function scenarioSentence(problem: ScenarioProblem): string {
  switch (problem) {
    case 'version':
      return say('a scenario file begins with "version 1".', '场景文件应以“version 1”开头。');
    case 'fields':
      return say(
        'a scenario has nine fields: bucket, map, width, height, start x and y, goal x and y, length.',
        '每个场景有九个字段：bucket、地图、宽、高、起点 x 和 y、终点 x 和 y、长度。',
      );
    case 'outside':
      return say('start or goal is outside the map.', '起点或终点在地图之外。');
  }
}
