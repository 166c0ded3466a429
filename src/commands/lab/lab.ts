import { readFile } from 'node:fs/promises';
import { KitelineError, systemCode } from '../../errors.ts';
import { type RunResult, runLab } from '../../lab/lab.ts';
import { scenarios } from '../../lab/scenarios/index.ts';
import { say } from '../../language.ts';
import { lasting, table } from '../table.ts';
import { interruption, print, printable, printableJson, styled, tell } from '../terminal.ts';
import { guaranteeTable, jsonOf } from './report.ts';

export interface LabCommandOptions {
  runs: number;
  seed?: number;
  scenario?: string;
  program?: string;
  json?: boolean;
  lanes?: number;
}

/** Sentences of a failed run that are shown; --json has all of them. */
const MOST_SENTENCES = 10;

/** Exit code 1 when a promise was broken. @throws KitelineError BAD_ARGUMENT, NOT_FOUND, CLOSED */
export async function lab(options: LabCommandOptions): Promise<void> {
  const { runs, scenario, program, lanes } = options;
  if (scenario === 'list') {
    await print(`${listLines().join('\n')}\n`);
    return;
  }
  const seed = options.seed ?? Math.floor(Math.random() * 1_000_000);
  const main = program === undefined ? undefined : await programText(program);
  const interrupted = interruption();
  const progress = new Progress(runs);
  const result = await runLab({
    runs,
    seed,
    scenario,
    lanes,
    main,
    signal: interrupted,
    onRun: (run) => {
      progress.over(run);
      if (run.breaches.length === 0 || options.json) return;
      progress.clear();
      for (const line of failureLines(run, options)) tell(line);
    },
  });
  progress.clear();
  if (options.json) await print(`${printableJson(JSON.stringify(jsonOf(result, seed)))}\n`);
  else await print(`${guaranteeTable(result, seed).join('\n')}\n`);
  if (result.isBroken) process.exitCode = 1;
}

function listLines(): string[] {
  const rows = scenarios.map(({ name, describe }) => [name, describe()]);
  return table([say('SCENARIO', '情形'), say('WHAT HAPPENS', '发生什么')], rows);
}

/** @throws KitelineError NOT_FOUND */
async function programText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KitelineError(
      'NOT_FOUND',
      say(`${file} cannot be read (${systemCode(cause)}).`, `无法读取 ${file}（${systemCode(cause)}）。`),
      { cause },
    );
  }
}

/** What a run broke, and how to have it again. */
function failureLines(run: RunResult, { runs, program }: LabCommandOptions): string[] {
  const { scenario, seed, breaches, story = [] } = run;
  const again = [
    `kiteline lab --scenario ${scenario} --seed ${seed} --runs 1`,
    ...(program === undefined ? [] : [`--program ${program}`]),
  ].join(' ');
  const shown = breaches.slice(0, MOST_SENTENCES).map(({ sentence }) => `  ${printable(sentence)}`);
  const left = breaches.length - shown.length;
  return [
    ...(runs === 1 ? story.map(printable) : []),
    styled('red', `${scenario}, ${say('seed', '种子')} ${seed}:`, process.stderr),
    ...shown,
    ...(left > 0 ? [say(`  and ${left} more`, `  以及另外 ${left} 项`)] : []),
    `  ${say('again:', '重现：')} ${again}`,
  ];
}

/** How far it is, on the last line of the terminal. */
class Progress {
  readonly #runs: number;
  readonly #begun = performance.now();
  #over = 0;
  #broken = 0;

  constructor(runs: number) {
    this.#runs = runs;
  }

  over({ breaches }: RunResult): void {
    this.#over++;
    if (breaches.length > 0) this.#broken++;
    if (!process.stderr.isTTY) return;
    const spent = performance.now() - this.#begun;
    const left = lasting((spent / this.#over) * (this.#runs - this.#over));
    const line = say(
      `${this.#over} of ${this.#runs} runs, ${this.#broken} broke a promise; about ${left} to go`,
      `已运行 ${this.#over}/${this.#runs}，${this.#broken} 次打破承诺；大约还需 ${left}`,
    );
    process.stderr.write(`\r\x1b[K${line}`);
  }

  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
