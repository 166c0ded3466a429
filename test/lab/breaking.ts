/** Libraries and hubs that are broken on purpose: the lab has to notice each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BreachKind } from '../../src/lab/audit/breach.ts';
import { type LabOptions, runLab } from '../../src/lab/lab.ts';
import type { Files } from '../../src/lab/lab-board.ts';
import { boardLibrary } from '../../src/virtual/index.ts';

export interface Patch {
  /** The end of the file's path: `hub/numbering.ts`, `commands.py`. */
  file: string;
  /** Stands there once. */
  from: string;
  to: string;
}

const ROOT = join(import.meta.dirname, '../..');

/** The board library with some of its words replaced. */
export function brokenLibrary({ file, from, to }: Patch): Files {
  const library = boardLibrary();
  const path = `lib/kiteline/${file}`;
  return { ...library, [path]: replaced(library[path] ?? '', { file, from, to }) };
}

/** What Node is started with for a hub with some of its words replaced. */
export function brokenHub(...patches: Patch[]): string[] {
  for (const patch of patches) replaced(readFileSync(join(ROOT, 'src', patch.file), 'utf8'), patch);
  const url = pathToFileURL(join(import.meta.dirname, 'patch-hub.ts'));
  url.searchParams.set('patches', JSON.stringify(patches));
  return ['--import', url.href];
}

/** @throws Error when the words do not stand there, once: the test has to follow the source */
function replaced(text: string, { file, from, to }: Patch): string {
  if (text.split(from).length !== 2) throw new Error(`${file} has not once: ${from}`);
  return text.replace(from, () => to);
}

/** Runs until a promise of that kind is broken. @returns every kind that was */
export async function runUntil(kind: BreachKind, options: LabOptions): Promise<BreachKind[]> {
  const found = new AbortController();
  const { runs } = await runLab({
    lanes: 4,
    ...options,
    signal: found.signal,
    onRun: ({ breaches }) => {
      if (breaches.some((breach) => breach.kind === kind)) found.abort();
    },
  });
  return [...new Set(runs.flatMap(({ breaches }) => breaches.map((breach) => breach.kind)))];
}
