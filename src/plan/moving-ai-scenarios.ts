import type { Point } from './path.ts';

/** One line of a `.scen` file of the Moving AI Lab's benchmarks: a way to be planned. */
export interface Scenario {
  /** Scenarios of about one length, ten to a bucket. */
  readonly bucket: number;
  /** The map's name, as it stands there. */
  readonly map: string;
  /** The size of the map for which it is meant, in cells. */
  readonly width: number;
  readonly height: number;
  readonly start: Point;
  readonly goal: Point;
  /** The published length of the shortest way, in cells, with √2 for a diagonal step; some files round it. */
  readonly length: number;
}

/** What is wrong with a scenario file's text. */
export type ScenarioProblem =
  /** It does not begin with `version 1`. */
  | 'version'
  /** A line does not have its nine fields, or one of them is no number where there must be one. */
  | 'fields'
  /** Start or goal lies outside the map's size. */
  | 'outside';

export type ScenarioReading =
  | { readonly ok: true; readonly scenarios: readonly Scenario[] }
  /** @param line from 1 */
  | { readonly ok: false; readonly problem: ScenarioProblem; readonly line: number };

/** Reads the text of a `.scen` file (https://movingai.com/benchmarks/formats.html); never throws. Empty lines are passed over. */
export function parseScenarios(text: string): ScenarioReading {
  const scenarios: Scenario[] = [];
  const lines = text.split('\n');
  if (!/^version\s+1(\.0*)?$/.test(lines[0]?.trim() ?? '')) return { ok: false, problem: 'version', line: 1 };
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]?.trim() ?? '';
    if (line === '') continue;
    const scenario = parseLine(line);
    if (typeof scenario === 'string') return { ok: false, problem: scenario, line: i + 1 };
    scenarios.push(scenario);
  }
  return { ok: true, scenarios };
}

/** The text of a `.scen` file. */
export function formatScenarios(scenarios: readonly Scenario[]): string {
  const lines = scenarios.map(({ bucket, map, width, height, start, goal, length }) =>
    [bucket, map, width, height, ...start, ...goal, Number(length.toFixed(8))].join('\t'),
  );
  return `${['version 1', ...lines].join('\n')}\n`;
}

function parseLine(line: string): Scenario | ScenarioProblem {
  // A name may have spaces where tabs part the fields; some files have spaces between fields.
  const fields = line.split(line.includes('\t') ? /\t+/ : / +/).map((field) => field.trim());
  const map = fields[1] ?? '';
  if (fields.length !== 9 || map === '') return 'fields';
  const whole = [fields[0] as string, ...fields.slice(2, 8)];
  if (!whole.every((digits) => /^\d{1,9}$/.test(digits))) return 'fields';
  if (!/^\d{1,15}(\.\d{0,30})?(e[+-]?\d{1,2})?$/i.test(fields[8] as string)) return 'fields';
  const [bucket, width, height, x, y, goalX, goalY] = whole.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (x >= width || goalX >= width || y >= height || goalY >= height) return 'outside';
  return { bucket, map, width, height, start: [x, y], goal: [goalX, goalY], length: Number(fields[8]) };
}
