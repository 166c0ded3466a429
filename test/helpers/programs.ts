/** Boards that keep two programs, and the files that make them so. */
import { readFileSync } from 'node:fs';
import { boardAt } from './library.ts';

export const LOADER = 'import kiteline.program\nkiteline.program.run(globals())\n';
const SOURCE = readFileSync(new URL('../../micropython/kiteline/program.py', import.meta.url), 'utf8');

/** The files of a board that runs `program` from its folder, the times of a trial shortened. @param ms of a session that makes a program good */
export function programFiles(
  program: string,
  { stayMs = 300, trialMs = 60_000 } = {},
): Record<string, string> {
  const source = SOURCE.replace(/^STAY_MS = .*$/m, `STAY_MS = ${stayMs}`)
    .replace(/^TRIAL_MS = .*$/m, `TRIAL_MS = ${trialMs}`)
    .replace(/^_PAUSE_MS = .*$/m, '_PAUSE_MS = 1');
  return {
    'main.py': LOADER,
    'program-a/main.py': program,
    'kiteline-program.json': '{"run":"a","ids":{}}',
    'lib/kiteline/program.py': source,
  };
}

/** A program that holds a session. */
export const staying = (port: number, key: string, word: string): string =>
  `${boardAt(port, `key="${key}"`)}print("runs", "${word}")\nboard.run()\n`;
