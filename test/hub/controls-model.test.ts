import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { ControlWorld, LEASE, type Weather } from './control-world.ts';

type Step =
  | { do: 'take'; who: number; holdMs: number; takeover: boolean }
  | { do: 'say'; back: number; word: 'set' | 'renew' | 'release' }
  | { do: 'weather'; weather: Weather }
  | { do: 'wait'; ms: number }
  | { do: 'stall' | 'unstall' | 'cut' | 'connect' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('take' as const),
      who: fc.integer({ min: 1, max: 4 }),
      holdMs: fc.integer({ min: 1, max: 600 }),
      takeover: fc.boolean(),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      back: fc.constantFrom(0, 0, 0, 1, 2),
      word: fc.constantFrom(
        'set' as const,
        'set' as const,
        'set' as const,
        'renew' as const,
        'release' as const,
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 200 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('weather' as const),
      weather: fc.record({
        loss: fc.constantFrom(0, 0.2, 1),
        lateMs: fc.constantFrom(5, 40, 300),
        doubles: fc.constantFrom(0, 0.5),
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'stall' as const,
        'unstall' as const,
        'cut' as const,
        'connect' as const,
        'connect' as const,
      ),
    }),
  },
);

function play(steps: Step[], seed: number): ControlWorld {
  let state = seed;
  // A linear congruential generator (Numerical Recipes): the same chances again when a case is replayed.
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const world = new ControlWorld(new ManualClock(), random);
  world.connect();
  for (const one of steps) {
    if (one.do === 'take') world.take(one.who, one.holdMs, one.takeover);
    else if (one.do === 'say') world.say(one.back, one.word);
    else if (one.do === 'wait') world.advance(one.ms);
    else if (one.do === 'weather') world.weather = one.weather;
    else if (one.do === 'stall') world.isStalled = true;
    else if (one.do === 'unstall') world.unstall();
    else world[one.do]();
  }
  world.advance(2_000);
  return world;
}

test('one holder at a time, and nobody runs longer than his last word, his hold and a lease', () => {
  const ends = new Set<string>();
  const ways = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), fc.nat(), (steps, seed) => {
      const { sent, runs, holdings, events } = play(steps, seed);

      // Every lease is over in the end, once, and is told of; nobody's began before the one before was over.
      for (const { handle } of holdings) {
        expect(handle.end).toBeDefined();
        ends.add(handle.end?.why ?? '');
      }
      const open = new Set<string>();
      for (const { state, holder = '' } of events) {
        if (state === 'held') expect(open.size).toBe(0);
        if (state === 'taken over') expect([...open]).toHaveLength(1);
        if (state === 'taken over') open.clear();
        if (state === 'held' || state === 'taken over') open.add(holder);
        if (state === 'ended') expect(open.delete(holder)).toBe(true);
      }
      expect(open.size).toBe(0);

      const byNumber = new Map<string, string>();
      let last = { session: 0, n: 0, at: Number.NEGATIVE_INFINITY };
      for (const { via, n, t, tag, at, session, bytes } of sent) {
        ways.add(via);
        expect(bytes).toBeLessThanOrEqual(1_160);
        // A number is one setpoint, whichever way and however often it goes; they rise in each session; what waited for a connection
        // that stands still, and was too old then, is left out.
        const key = `${session} ${n}`;
        expect(byNumber.get(key) ?? `${t} ${tag}`).toBe(`${t} ${tag}`);
        if (!byNumber.has(key)) {
          expect(n).toBeGreaterThan(session === last.session ? last.n : 0);
          // At least 20 ms apart, but for a release.
          if (session === last.session && tag !== undefined) expect(at - last.at).toBeGreaterThanOrEqual(20);
          last = { session, n, at };
        }
        byNumber.set(key, `${t} ${tag}`);
        if (tag === undefined) continue;
        // It is sent while its holder has the lease, and not when it has lapsed already.
        const { handle, overAt = Number.POSITIVE_INFINITY } = holdings[tag] ?? fail();
        expect(at).toBeGreaterThanOrEqual(handle.since - START);
        expect(at).toBeLessThanOrEqual(overAt);
      }

      for (const { tag, from, until = Number.POSITIVE_INFINITY } of runs) {
        const { word, holdMs } = holdings[tag] ?? fail();
        expect(from).toBeLessThanOrEqual(until);
        expect(until).toBeLessThanOrEqual(word + holdMs + LEASE);
      }
    }),
    { numRuns: 300 },
  );
  for (const why of ['RELEASED', 'LAPSED', 'TAKEN_OVER', 'BOARD_LOST']) expect(ends).toContain(why);
  expect(ways).toEqual(new Set(['session', 'datagram']));
});

function fail(): never {
  throw new Error('whose is it?');
}

/** What `now()` of the clock says where `monotonic()` says 0. */
const START = new ManualClock().now();

test('in calm air a holder who goes on is never stopped, and in bad air he is told when he is', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0, 0.05, 0.3), fc.boolean(), (seed, loss, isStalled) => {
      let state = seed;
      const random = () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state / 2 ** 32;
      };
      const world = new ControlWorld(new ManualClock(), random);
      world.weather = { loss, lateMs: 10, doubles: 0 };
      world.connect();
      world.take(1, 200, false);
      for (let i = 0; i < 100; i++) {
        if (i === 50 && loss > 0) world.isStalled = isStalled;
        world.say(0, 'set');
        world.advance(30);
      }
      const isRunning = () => world.runs.some(({ until }) => until === undefined);
      const ran = isRunning();
      world.advance(15); // what the board has said is here
      const end = world.holdings[0]?.handle.end;
      if (!ran) expect(end).toBeDefined();
      if (loss === 0) expect(end).toBeUndefined();
      world.advance(400);
      expect(isRunning()).toBe(false);
      if (loss === 0) expect(world.runs).toHaveLength(1);
    }),
    { numRuns: 150 },
  );
});
