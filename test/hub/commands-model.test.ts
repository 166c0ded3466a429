import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { boardLimits } from '../../src/hub/board-commands.ts';
import { RPC } from '../../src/wire/index.ts';
import { type Asked, CommandWorld, type Run } from './command-board.ts';

const GRACE_MS = 1_000;

type Step =
  | { do: 'ask'; kind: string; ms: number; deadlineMs: number }
  | { do: 'cancel'; back: number }
  | { do: 'wait'; ms: number }
  | { do: 'cut' | 'vanish' | 'restart board' | 'restart hub' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      kind: fc.constantFrom('work', 'work', 'plain', 'raise', 'nope'),
      ms: fc.integer({ min: 0, max: 900 }),
      deadlineMs: fc.integer({ min: 1, max: 3_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), back: fc.nat(4) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 700 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'vanish' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('restart board' as const, 'restart hub' as const) }),
  },
);

/** What a command's outcome says must be what the board knows of it. */
function checkTrue(asked: Asked, runs: Run[]): string {
  expect(asked.outcomes).toHaveLength(1);
  const [told] = asked.outcomes;
  if (!told) return '';
  const { outcome, at } = told;
  expect(at).toBeLessThanOrEqual(asked.latest);
  expect(runs.length).toBeLessThanOrEqual(1);
  const [run] = runs;
  if (run) expect(run.began).toBeLessThan(asked.until);
  switch (outcome.outcome) {
    case 'done':
      expect(run).toMatchObject({ ended: 'returned' });
      expect(outcome.result).toBe(asked.tag);
      return 'done';
    case 'failed': {
      const { code } = outcome.error;
      if (code === RPC.METHOD_NOT_FOUND) expect(run).toBeUndefined();
      else expect(run).toMatchObject({ ended: code === RPC.RAISED ? 'raised' : 'stopped' });
      return `failed ${code}`;
    }
    case 'expired':
      expect(run).toBeUndefined();
      return `expired ${outcome.why}`;
    case 'unknown':
      return `unknown ${outcome.why}`;
  }
}

function play(steps: Step[], seed: number): CommandWorld {
  let state = seed;
  // A linear congruential generator (Numerical Recipes): the same chances again when a case is replayed.
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const clock = new ManualClock();
  const world = new CommandWorld(clock, random, GRACE_MS);
  for (const one of steps) {
    if (one.do === 'ask') world.ask({ kind: one.kind, ms: one.ms }, one.deadlineMs);
    else if (one.do === 'cancel') world.asked.at(-1 - one.back)?.cancel();
    else if (one.do === 'wait') clock.advance(one.ms);
    else if (one.do === 'cut') world.cut('both');
    else if (one.do === 'vanish') world.cut('board');
    else if (one.do === 'restart board') world.restartBoard();
    else world.restartHub();
    expect(world.commands.open).toBeLessThanOrEqual(boardLimits.unanswered + boardLimits.waiting);
  }
  world.isHealed = true;
  clock.advance(60_000); // all that is under way arrives, and whatever still runs ends
  expect(world.commands.open).toBe(0);
  return world;
}

test('no command runs twice or after its deadline, and every outcome is what the board knows of it', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
      const { asked, runs } = play(steps, seed);
      for (const one of asked) {
        const ran = runs.filter((run) => run.tag === one.tag);
        seen.add(checkTrue(one, ran));
      }
    }),
    { numRuns: 1_500 },
  );
  // The world is rough enough to bring about all that there is.
  for (const kind of [
    'done',
    `failed ${RPC.RAISED}`,
    `failed ${RPC.STOPPED}`,
    `failed ${RPC.METHOD_NOT_FOUND}`,
    'expired OFFLINE',
    'expired TOO_LATE',
    'expired BUSY',
    'expired CANCELLED',
    'unknown NOT_BACK',
    'unknown NO_REPLY',
    'unknown RESTARTED',
    'unknown HUB_CLOSED',
  ])
    expect(seen).toContain(kind);
});
