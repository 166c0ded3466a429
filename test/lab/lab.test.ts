import { expect, test } from 'vitest';
import { runLab } from '../../src/lab/lab.ts';
import { scenarios } from '../../src/lab/scenarios/index.ts';

/** KITELINE_LAB_RUNS, KITELINE_SEED: more of them, or the same again. A failed run names the command that repeats it. */
const RUNS = Number(process.env.KITELINE_LAB_RUNS ?? 110);
const SEED = Number(process.env.KITELINE_SEED ?? Date.now() % 1_000_000);

test(
  `no promise is broken in ${RUNS} runs of the outage lab, every scenario among them (KITELINE_LAB_RUNS, seed ${SEED})`,
  async () => {
    const { runs, hubs } = await runLab({ runs: RUNS, seed: SEED });
    const broken = runs
      .filter(({ breaches }) => breaches.length > 0)
      .map(({ scenario, seed, breaches }) => ({
        again: `kiteline lab --scenario ${scenario} --seed ${seed} --runs 1`,
        sentences: breaches.map(({ sentence }) => sentence),
      }));
    expect({ broken, hubs }).toEqual({ broken: [], hubs: [] });
    expect(runs.length).toBe(RUNS);
    expect(new Set(runs.map(({ scenario }) => scenario)).size).toBe(scenarios.length);
    // What they are there for came to be. On a machine with much else to do a run can be over before its fault's moment.
    const idle = runs.filter(
      ({ scenario, faults }) =>
        faults === 0 &&
        !['calm', 'board-clock-jumps', 'board-blocks', 'steer-calm', 'steer-blocked'].includes(scenario),
    );
    expect(idle.length).toBeLessThan(RUNS / 20);
    const outcomes = new Set(runs.flatMap((run) => Object.keys(run.outcomes)));
    // Leases end by themselves, and their stops run.
    expect(runs.filter(({ lateStopMs }) => lateStopMs !== undefined).length).toBeGreaterThan(RUNS / 20);
    expect(outcomes).toEqual(new Set(['done', 'failed', 'expired', 'unknown', 'hub-died', 'not-given']));
    for (const key of ['samples', 'duplicates', 'reconnects', 'restarts'] as const)
      expect(runs.reduce((sum, run) => sum + run[key], 0)).toBeGreaterThan(0);
  },
  120_000 + 3_000 * RUNS,
);
