/** Which way setpoints go, step by step on a clock that stands still. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Meter } from '../../src/hub/control/meter.ts';
import { Path, pathLimits, type Via } from '../../src/hub/control/path.ts';

/** A path with setpoints every 100 ms, and what becomes of them on each way. */
class World {
  readonly clock = new ManualClock();
  readonly changes: string[] = [];
  readonly path = new Path(this.clock, () =>
    this.changes.push(`${this.path.via} at ${this.clock.monotonic()}`),
  );
  isReachable = true;
  /** Milliseconds until the board's word is here, for a setpoint that arrives; undefined where none does. */
  readonly trip: Record<Via, number | undefined> = { datagram: 10, session: 10 };
  /** Whether a datagram is lost, by its number. */
  isLost = (_n: number): boolean => false;
  /** Milliseconds that a setpoint takes longer than others by datagram, by its number. */
  late = (_n: number): number => 0;
  readonly sent: Record<Via, number[]> = { datagram: [], session: [] };
  #n = 0;
  readonly #got = { datagram: 0, session: 0 };

  /** @returns the ways that it went */
  step(): string {
    const n = ++this.#n;
    const ways = this.path.ways(this.isReachable);
    for (const way of ['datagram', 'session'] as const) {
      if (!ways[way]) continue;
      this.path.sent(way, n);
      this.sent[way].push(n);
      const trip = this.trip[way];
      if (trip === undefined || (way === 'datagram' && this.isLost(n))) continue;
      const late = way === 'datagram' ? this.late(n) : 0;
      this.clock.alarm(trip + late, () => this.path.seen(way, n, ++this.#got[way]));
    }
    this.clock.advance(100);
    return `${ways.datagram ? 'd' : ''}${ways.session ? 's' : ''}`;
  }

  steps(count: number): string[] {
    return Array.from({ length: count }, () => this.step());
  }
}

test('both ways until a word comes by datagram, then datagrams, and the session once a second to know it', () => {
  const { path, steps, clock } = bound(new World());
  expect(path.via).toBe('session');
  expect(steps(1)).toEqual(['ds']);
  expect(path.via).toBe('datagram');
  expect(steps(11)).toEqual(['d', 'd', 'd', 'd', 'd', 'd', 'd', 'd', 'd', 'ds', 'd']);
  expect(path.measured).toEqual({ loss: 0, roundTrip: 10 });
  expect(clock.monotonic()).toBe(1_200);
});

test('where the board is not known, the session alone', () => {
  const world = new World();
  world.isReachable = false;
  expect(world.steps(30).every((ways) => ways === 's')).toBe(true);
  world.isReachable = true;
  world.steps(2);
  expect(world.path.via).toBe('datagram');
  world.isReachable = false;
  expect(world.steps(1)).toEqual(['s']);
  expect(world.changes.at(-1)).toBe('session at 3200');
});

test('datagrams that never come are tried with the first setpoints, and then five times a second', () => {
  const world = new World();
  world.trip.datagram = undefined;
  const ways = world.steps(40);
  expect(ways.slice(0, 2)).toEqual(['ds', 'ds']);
  const tries = ways.slice(10).filter((way) => way === 'ds').length;
  expect(tries).toBe(15);
  expect(world.path.via).toBe('session');
  expect(world.changes).toEqual([]);
});

test('silence: first both ways, then the session; back after three words and two seconds, not before', () => {
  const world = new World();
  world.steps(21);
  world.trip.datagram = undefined;
  const during = world.steps(10);
  // The usual word takes 100 + 60 + 2 × 10 ms at most: the third setpoint goes both ways.
  expect(during.slice(0, 5)).toEqual(['d', 'd', 'ds', 'ds', 'ds']);
  expect(world.path.via).toBe('session');
  expect(world.changes).toEqual(['datagram at 10', 'session at 2700']);
  expect(world.path.datagram.loss).toBe(1);
  world.trip.datagram = 10;
  world.steps(10); // two seconds from the change are at 4700
  expect(world.path.via).toBe('session');
  world.steps(10);
  expect(world.path.via).toBe('datagram');
  expect(world.changes).toHaveLength(3);
  expect(world.path.measured).toEqual({ loss: 0, roundTrip: 10 });
});

test('a way that comes and goes is not changed to and fro: at most once in two seconds', () => {
  const world = new World();
  for (let i = 0; i < 60; i++) {
    world.trip.datagram = i % 2 ? undefined : 10;
    world.steps(i % 2 ? 9 : 30);
  }
  const at = world.changes.map((change) => Number(change.split(' ').at(-1)));
  const backs = at.filter((_, i) => world.changes[i]?.startsWith('datagram'));
  for (const [i, time] of backs.slice(1).entries()) {
    const gone = at[at.indexOf(time) - 1] ?? 0;
    expect(time - gone, `${i}`).toBeGreaterThanOrEqual(pathLimits.standsMs);
  }
  expect(at.length).toBeGreaterThan(4);
});

test('loss is measured, and a setpoint that is not seen goes again sooner where datagrams get lost', () => {
  const world = new World();
  world.steps(20);
  expect(world.path.repeatMs(0)).toBe(180);
  world.isLost = (n) => n % 10 === 0;
  world.steps(300);
  expect(world.path.datagram.loss).toBeGreaterThan(0.05);
  expect(world.path.datagram.loss).toBeLessThan(0.2);
  expect(world.path.via).toBe('datagram');
  expect([world.path.repeatMs(0), world.path.repeatMs(1)]).toEqual([pathLimits.repeatMs, 180]);
  world.isLost = () => false;
  world.steps(300);
  expect(world.path.datagram.loss).toBeLessThan(0.01);
});

test('datagrams that overtake each other are late, not lost', () => {
  const world = new World();
  world.steps(20);
  world.late = (n) => (n % 3) * 120;
  world.steps(300);
  expect(world.path.datagram.loss).toBeLessThan(0.05);
  expect(world.path.via).toBe('datagram');
});

test('datagrams that take much longer than the session are left, and taken again when they do not', () => {
  const world = new World();
  world.steps(20);
  world.trip.datagram = 400;
  world.steps(60);
  expect(world.path.via).toBe('session');
  world.trip.datagram = 10;
  world.steps(60);
  expect(world.path.via).toBe('datagram');
});

test('a slow session is no reason to leave datagrams that are as slow', () => {
  const world = new World();
  world.steps(5);
  Object.assign(world.trip, { datagram: 200, session: 220 });
  world.steps(100);
  expect(world.path.via).toBe('datagram');
});

test('after a pause the first setpoint goes both ways: who knows what has become of the air', () => {
  const world = new World();
  world.steps(15);
  world.clock.advance(10_000);
  expect(world.steps(3)).toEqual(['ds', 'd', 'd']);
});

test('what a lease left unseen says nothing of the air when the next one begins', () => {
  const world = new World();
  world.steps(15);
  for (const n of [101, 102]) for (const way of ['datagram', 'session'] as const) world.path.sent(way, n);
  world.path.rest();
  world.clock.advance(10_000);
  expect(world.path.ways(true)).toEqual({ datagram: true, session: true });
  expect([world.path.via, world.path.datagram.loss]).toEqual(['datagram', 0]);
  expect(world.changes).toHaveLength(1);
});

test('a meter: what is seen of the newest settles those before, and words of what it does not know are nothing', () => {
  const meter = new Meter();
  for (const n of [1, 2, 3, 4]) meter.sent(n, n * 10);
  expect(meter.silence(50)).toBe(40);
  meter.seen(3, 3, 50);
  expect([meter.unseen, meter.silence(50), meter.delay, meter.loss]).toEqual([1, 10, 20, 0]);
  meter.seen(3, 3, 60);
  meter.seen(1, 3, 60);
  meter.seen(9, 3, 60);
  expect(meter.delay).toBe(20);
  meter.sent(5, 100);
  meter.sent(5, 120); // again
  meter.seen(5, 4, 130); // of 4 and twice 5 one has come
  expect(meter.loss).toBeCloseTo((2 / 3) * (3 / 40));
});

test('a meter remembers so many and no more, and a board that counts wrongly does no harm', () => {
  const meter = new Meter();
  for (let n = 1; n <= 1_000; n++) meter.sent(n, n);
  expect(meter.unseen).toBe(64);
  meter.seen(1_000, 5_000, 1_010);
  expect(meter.loss).toBe(0);
  meter.sent(1_001, 1_020);
  meter.seen(1_001, 0, 1_030);
  expect(meter.loss).toBeLessThanOrEqual(1);
  expect(meter.delay).toBeGreaterThan(0);
});

function bound(world: World) {
  return { path: world.path, clock: world.clock, steps: (count: number) => world.steps(count) };
}
