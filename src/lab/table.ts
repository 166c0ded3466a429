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
  /** Setpoints that acted without a lease, and stops that were late. */
  control: number;
  /** What acted or was stored and is nobody's, what somebody learned who lacks the key. */
  trust: number;
  /** Any other broken promise: order, content, bounds, recovery. */
  other: number;
  /** Milliseconds after the end of a lease that the latest stop ran; none where none did. */
  lateStopMs: number | undefined;
}

const COLUMN: Record<BreachKind, 'lost' | 'duplicated' | 'wrongOutcome' | 'control' | 'trust' | 'other'> = {
  lost: 'lost',
  doubled: 'duplicated',
  'ran-twice': 'duplicated',
  'wrong-outcome': 'wrongOutcome',
  'after-lease': 'control',
  'late-stop': 'control',
  forged: 'trust',
  leaked: 'trust',
  disorder: 'other',
  garbled: 'other',
  grown: 'other',
  'link-broke': 'other',
  'no-program': 'other',
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
  control: 0,
  trust: 0,
  other: 0,
  lateStopMs: undefined,
});

/** A row a scenario, in the order in which they first come. */
export function rowsOf(results: readonly RunResult[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { scenario, faults, samples, commands, breaches, lateStopMs } of results) {
    const row = rows.get(scenario) ?? emptyRow(scenario);
    rows.set(scenario, row);
    row.runs++;
    row.faults += faults;
    row.samples += samples;
    row.commands += commands;
    row.lateStopMs = latest(row.lateStopMs, lateStopMs);
    for (const { kind, count } of breaches) row[COLUMN[kind]] += count;
  }
  return [...rows.values()];
}

const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

/** All rows together. */
export function totalOf(rows: readonly Row[], name: string): Row {
  const total = emptyRow(name);
  for (const row of rows) {
    for (const key of Object.keys(total) as (keyof Row)[]) {
      if (key !== 'scenario' && key !== 'lateStopMs') total[key] += row[key];
    }
    total.lateStopMs = latest(total.lateStopMs, row.lateStopMs);
  }
  return total;
}
