/** The guarantee table: each fault, how often, and what was lost, doubled or told wrongly. */
import type { BreachKind } from './audit/breach.ts';
import type { RunResult } from './lab.ts';

export interface Row {
  scenario: string;
  runs: number;
  faults: number;
  samples: number;
  commands: number;
  /** Samples that were acknowledged, or not counted as dropped, and are not there. */
  lost: number;
  /** Samples stored more than once, and commands that ran more than once. */
  duplicated: number;
  /** Commands whose outcome is not what their board recorded. */
  wrongOutcome: number;
  /** Any other broken promise: order, content, bounds, recovery. */
  other: number;
}

const COLUMN: Record<BreachKind, 'lost' | 'duplicated' | 'wrongOutcome' | 'other'> = {
  lost: 'lost',
  doubled: 'duplicated',
  'ran-twice': 'duplicated',
  'wrong-outcome': 'wrongOutcome',
  disorder: 'other',
  garbled: 'other',
  grown: 'other',
  'link-broke': 'other',
  'not-recovered': 'other',
  broke: 'other',
};

const emptyRow = (scenario: string): Row => ({
  scenario,
  runs: 0,
  faults: 0,
  samples: 0,
  commands: 0,
  lost: 0,
  duplicated: 0,
  wrongOutcome: 0,
  other: 0,
});

/** A row a scenario, in the order in which they first come. */
export function rowsOf(results: readonly RunResult[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { scenario, faults, samples, commands, breaches } of results) {
    const row = rows.get(scenario) ?? emptyRow(scenario);
    rows.set(scenario, row);
    row.runs++;
    row.faults += faults;
    row.samples += samples;
    row.commands += commands;
    for (const { kind, count } of breaches) row[COLUMN[kind]] += count;
  }
  return [...rows.values()];
}

/** All rows together. */
export function totalOf(rows: readonly Row[], name: string): Row {
  const total = emptyRow(name);
  for (const row of rows) {
    for (const key of Object.keys(total) as (keyof Row)[]) {
      if (key !== 'scenario') total[key] += row[key];
    }
  }
  return total;
}
