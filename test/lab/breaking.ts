/** Libraries and hubs that are broken on purpose: the lab has to notice each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
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

/** What breaks which promise, and the scenario that catches it. */
export interface Case {
  what: string;
  patch: Patch;
  scenario: string;
  kind: BreachKind;
}

/** Runs within which each is caught, two at a time: most in the first two, all that were seen in the first nine. */
const RUNS = 24;
/** Milliseconds that those could take at most on a loaded machine. */
const TIMEOUT_MS = 300_000;

/**
 * A test for each of these libraries and hubs: the lab notices.
 * @param patienceMs for those that never recover, which are waited for no longer than it takes to see that
 */
export function testCaught(libraries: readonly Case[], hubs: readonly Case[], patienceMs?: number): void {
  const cases = [
    ...libraries.map((each) => [`a library that ${each.what}`, each, asLibrary] as const),
    ...hubs.map((each) => [`a hub that ${each.what}`, each, asHub] as const),
  ];
  test.each(cases)(
    '%s',
    async (_, { patch, scenario, kind }, broken) => {
      const kinds = await runUntil(kind, {
        runs: RUNS,
        seed: 1,
        scenario,
        ...broken(patch),
        ...(patienceMs !== undefined && { patienceMs }),
      });
      expect(kinds).toContain(kind);
    },
    TIMEOUT_MS,
  );
}

const asLibrary = (patch: Patch) => ({ library: brokenLibrary(patch) });
const asHub = (patch: Patch) => ({ hubArgv: brokenHub(patch) });

const ROOT = join(import.meta.dirname, '../..');

/** The board library with some of its words replaced. */
function brokenLibrary({ file, from, to }: Patch): Files {
  const library = boardLibrary();
  const path = `lib/kiteline/${file}`;
  return { ...library, [path]: replaced(library[path] ?? '', { file, from, to }) };
}

/** What Node is started with for a hub with some of its words replaced. */
function brokenHub(patch: Patch): string[] {
  replaced(readFileSync(join(ROOT, 'src', patch.file), 'utf8'), patch);
  const url = pathToFileURL(join(import.meta.dirname, 'patch-hub.ts'));
  url.searchParams.set('patch', JSON.stringify(patch));
  return ['--import', url.href];
}

/** @throws Error when the words do not stand there, once: the test has to follow the source */
function replaced(text: string, { file, from, to }: Patch): string {
  if (text.split(from).length !== 2) throw new Error(`${file} has not once: ${from}`);
  return text.replace(from, () => to);
}

/** Runs until a promise of that kind is broken. @returns every kind that was */
async function runUntil(kind: BreachKind, options: LabOptions): Promise<BreachKind[]> {
  const found = new AbortController();
  const { runs } = await runLab({
    lanes: 2,
    ...options,
    signal: found.signal,
    onRun: ({ breaches }) => {
      if (breaches.some((breach) => breach.kind === kind)) found.abort();
    },
  });
  return [...new Set(runs.flatMap(({ breaches }) => breaches.map((breach) => breach.kind)))];
}
