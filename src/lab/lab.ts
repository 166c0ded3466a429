/**
 * The outage lab: the real board library on virtual boards against the real hub over real sockets, while everything that
 * can break does, seeded; and an audit of what was promised.
 */
import { availableParallelism } from 'node:os';
import { say } from '../language.ts';
import { boardLibrary } from '../virtual/index.ts';
import { audit } from './audit/audit.ts';
import type { Breach } from './audit/breach.ts';
import { stopLateness } from './audit/controls.ts';
import { Dice } from './dice.ts';
import { auditHub } from './hub/audit-hub.ts';
import { hasFileLimits, LabHub } from './hub/lab-hub.ts';
import type { Files } from './lab-board.ts';
import { runMqtt } from './mqtt/run.ts';
import type { MqttScript } from './mqtt/script.ts';
import { type PlannedRun, plan } from './plan.ts';
import type { RunRecord } from './record.ts';
import { type RunOptions, runOnce } from './run.ts';

/** Milliseconds; heartbeats of real boards are some seconds apart. */
const KEEPALIVE_MS = 200;
/** Milliseconds beyond its deadline that an unanswered command is waited for. */
const GRACE_MS = 800;
/** Runs that a hub lives through, one after the other, before a new one begins on an empty disk. */
const RUNS_PER_HUB = 25;

export interface LabOptions {
  runs: number;
  seed: number;
  scenario?: string | undefined;
  /** Runs at the same time: twice the cores unless told, for a run waits more than it works. */
  lanes?: number | undefined;
  /** main.py, where it is not the lab's own. */
  main?: string | undefined;
  /** Told of each run when it is over. */
  onRun?: (result: RunResult) => void;
  /** For the lab's own tests: a broken library, and what Node is started with for a broken hub. */
  library?: Files;
  hubArgv?: readonly string[];
  /** Milliseconds for whatever must come once all faults are over. 20,000. */
  patienceMs?: number;
  signal?: AbortSignal;
}

export interface RunResult {
  scenario: string;
  seed: number;
  breaches: Breach[];
  samples: number;
  commands: number;
  /** How often each outcome came. */
  outcomes: Record<string, number>;
  /** Samples that came again and were dropped; sessions of the same start of a board, and of another. */
  duplicates: number;
  reconnects: number;
  restarts: number;
  /** Faults that struck, cuts included. */
  faults: number;
  /** Milliseconds after the end of a lease that the latest stop of its boards ran; none where no lease ended by itself. */
  lateStopMs: number | undefined;
  ms: number;
  /** What happened, of a run that broke a promise. */
  story?: readonly string[];
}

export interface LabResult {
  /** In the order of the plan. */
  runs: RunResult[];
  /** What was wrong with a hub after its runs, a sentence each. */
  hubs: string[];
  /** What this machine cannot do, and what was done in its place. */
  notes: string[];
  ms: number;
  isBroken: boolean;
}

/** Runs them, several at a time. @throws KitelineError BAD_ARGUMENT, CLOSED */
export async function runLab(options: LabOptions): Promise<LabResult> {
  const begun = performance.now();
  const planned = plan(options);
  const lanes = Math.min(options.lanes ?? 2 * availableParallelism(), planned.length);
  const { library = boardLibrary(), main, patienceMs } = options;
  const parts = { library, main, patienceMs };
  const runs: RunResult[] = [];
  const hubs: string[] = [];
  const names = new Map<string, string>(); // of boards -> the run that they were in
  let next = 0;
  const lane = async () => {
    while (next < planned.length && !options.signal?.aborted) {
      const hub = await openHub(options);
      try {
        const before = await hub.process.ask({ ask: 'held' });
        let had = 0;
        for (; had < RUNS_PER_HUB && hub.up && next < planned.length && !options.signal?.aborted; had++) {
          const number = next++;
          const run = planned[number] as PlannedRun;
          // Names of their own: the hub's store has been through other runs.
          const name = `lab-${process.pid}-${++boardsMade}`;
          for (const i of [1, 2]) names.set(`${name}-${i}`, `${run.scenario.name}, ${run.seed}`);
          const result = await oneRun(run, hub, name, parts);
          runs[number] = result;
          options.onRun?.(result);
        }
        if (hub.up) hubs.push(...(await auditHub(hub, before, had, (board) => names.get(board) ?? board)));
      } finally {
        await hub.close();
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const done = runs.filter((run) => run !== undefined);
  return {
    runs: done,
    hubs,
    notes: hasFileLimits ? [] : [NO_FILE_LIMITS()],
    ms: performance.now() - begun,
    isBroken: hubs.length > 0 || done.some(({ breaches }) => breaches.length > 0),
  };
}

const NO_FILE_LIMITS = () =>
  say(
    'A full disk is a store that refuses here: to make the system refuse, prlimit is needed (util-linux, on Linux).',
    '此处的“磁盘写满”由存储拒绝写入来模拟：要让系统本身拒绝，需要 prlimit（Linux 的 util-linux）。',
  );

const openHub = ({ hubArgv }: LabOptions): Promise<LabHub> =>
  LabHub.open({
    keepaliveMs: KEEPALIVE_MS,
    graceMs: GRACE_MS,
    ...(hubArgv && { execArgv: hubArgv }),
  });

let boardsMade = 0;

type RunParts = Pick<RunOptions, 'library' | 'main' | 'patienceMs'>;

async function oneRun(
  { scenario, seed }: PlannedRun,
  hub: LabHub,
  name: string,
  options: RunParts,
): Promise<RunResult> {
  const begun = performance.now();
  const script = scenario.write(new Dice(seed, scenario.name), seed);
  if (script.mqtt) return oneMqttRun({ scenario, seed }, script.mqtt, hub, name, options.patienceMs);
  const { record, story, faults } = await runOnce({ ...options, script, seed, hub, name });
  const breaches = audit(record);
  return {
    scenario: scenario.name,
    seed,
    breaches,
    samples: sum(record.boards, ({ stored }) => stored.length),
    commands: sum(record.boards, ({ commands }) => commands.length),
    outcomes: outcomesOf(record),
    duplicates: sum(record.boards, ({ hub }) => hub?.duplicates ?? 0),
    reconnects: sum(record.boards, ({ hub }) => hub?.reconnects ?? 0),
    restarts: sum(record.boards, ({ hub }) => hub?.restarts ?? 0),
    faults,
    lateStopMs: latestStop(record),
    ms: performance.now() - begun,
    ...(breaches.length > 0 && { story }),
  };
}

/** A board that speaks MQTT alone. */
async function oneMqttRun(
  { scenario, seed }: PlannedRun,
  script: MqttScript,
  hub: LabHub,
  name: string,
  patienceMs: number | undefined,
): Promise<RunResult> {
  const begun = performance.now();
  const seen = await runMqtt({ script, seed, hub, name: `${name}-1`, patienceMs });
  const { breaches, story, faults, stored, duplicates, reconnects } = seen;
  return {
    scenario: scenario.name,
    seed,
    breaches,
    samples: stored,
    commands: 0,
    outcomes: {},
    duplicates,
    reconnects,
    restarts: 0,
    faults,
    lateStopMs: undefined,
    ms: performance.now() - begun,
    ...(breaches.length > 0 && { story }),
  };
}

function latestStop({ boards }: RunRecord): number | undefined {
  const all = boards.flatMap(stopLateness);
  return all.length === 0 ? undefined : Math.max(...all);
}

function outcomesOf({ boards }: RunRecord): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { commands } of boards) {
    for (const { outcome } of commands) {
      const name = outcome?.outcome ?? 'none';
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return counts;
}

const sum = <T>(list: readonly T[], of: (each: T) => number): number =>
  list.reduce((total, each) => total + of(each), 0);
