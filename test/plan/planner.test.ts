import { afterEach, describe, expect, it } from 'vitest';
import {
  BLOCKED,
  Grid,
  isLegal,
  LAND,
  PathFinder,
  Planner,
  type Point,
  type Terrain,
} from '../../src/plan/index.ts';
import { randomFrom } from './maps.ts';

const planners: Planner[] = [];
afterEach(async () => {
  for (const planner of planners.splice(0)) await planner.close();
});

function plannerOf(grid: Grid, options?: { maxWaiting: number }): Planner {
  const planner = new Planner(grid, options);
  planners.push(planner);
  return planner;
}

function open(width: number, height: number): Grid {
  const grid = new Grid(width, height);
  grid.cells.fill(LAND);
  return grid;
}

/** Scattered obstacles, in which a search has to look about. */
function scattered(side: number): Grid {
  const grid = open(side, side);
  const random = randomFrom(11);
  for (let cell = 0; cell < grid.cells.length; cell++) if (random() < 0.35) grid.cells[cell] = BLOCKED;
  return grid;
}

describe('a planner', () => {
  it('answers as the search itself does', async () => {
    const grid = scattered(80);
    const finder = new PathFinder(grid);
    const planner = plannerOf(grid);
    const random = randomFrom(5);
    const cell = (): Point => [Math.floor(random() * 80), Math.floor(random() * 80)];
    for (let i = 0; i < 50; i++) {
      const [start, goal] = [cell(), cell()];
      const plan = await planner.plan(start, goal);
      expect(plan.outcome).toBe(finder.plan(start, goal));
      if (plan.outcome !== 'found') {
        expect(plan.path).toEqual([]);
        expect(plan.length).toBeNaN();
        continue;
      }
      expect(plan.length).toBeCloseTo(finder.path.length, 6);
      expect(isLegal(grid, plan.path)).toBe(true);
      expect([plan.path[0], plan.path.at(-1)]).toEqual([start, goal]);
    }
  });

  it('smooths when it is asked to', async () => {
    const planner = plannerOf(open(30, 30));
    const { path, length } = await planner.plan([0, 0], [29, 11], { smooth: true });
    expect(path).toEqual([
      [0, 0],
      [29, 11],
    ]);
    expect(length).toBeCloseTo(Math.hypot(29, 11), 9);
  });

  it('plans with every change that was made before, also for a goal that is asked for again and again', async () => {
    const grid = scattered(40);
    grid.set(0, 0, LAND);
    grid.set(39, 39, LAND);
    const planner = plannerOf(grid);
    const own = new Grid(40, 40);
    own.cells.set(grid.cells);
    const random = randomFrom(3);
    for (let i = 0; i < 60; i++) {
      const changes = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
        const terrain: Terrain = random() < 0.6 ? LAND : BLOCKED;
        return [1 + Math.floor(random() * 38), Math.floor(random() * 40), terrain] as const;
      });
      planner.change(changes);
      for (const change of changes) own.set(...change);
      const plan = await planner.plan([0, 0], [39, 39]);
      expect(planner.grid.cells).toEqual(own.cells);
      const finder = new PathFinder(own);
      expect(plan.outcome).toBe(finder.plan([0, 0], [39, 39]));
      if (plan.outcome === 'found') expect(plan.length).toBeCloseTo(finder.path.length, 6);
    }
  });

  it('makes changes while nobody plans', async () => {
    const grid = open(4, 4);
    const planner = plannerOf(grid);
    planner.change([[1, 1, BLOCKED]]);
    planner.change([[2, 2, BLOCKED]]);
    await planner.plan([0, 0], [0, 1]);
    expect([planner.grid.at(1, 1), planner.grid.at(2, 2)]).toEqual([BLOCKED, BLOCKED]);
    expect(planner.grid).toBe(grid);
  });

  it('copies a grid that is not in shared memory', async () => {
    const grid = new Grid(2, 1, Uint8Array.of(LAND, LAND));
    const planner = plannerOf(grid);
    planner.change([[1, 0, BLOCKED]]);
    expect((await planner.plan([0, 0], [1, 0])).outcome).toBe('goal-blocked');
    expect(grid.at(1, 0)).toBe(LAND);
    expect(planner.grid.at(1, 0)).toBe(BLOCKED);
  });

  it('lets the event loop turn while it searches', async () => {
    const planner = plannerOf(scattered(1500));
    const plan = planner.plan([0, 0], [1499, 1499]);
    let isAnswered = false;
    void plan.finally(() => {
      isAnswered = true;
    });
    let turns = 0;
    while (!isAnswered) {
      await new Promise(setImmediate);
      turns++;
    }
    expect(turns).toBeGreaterThan(10);
    expect(['found', 'unreachable', 'start-blocked', 'goal-blocked']).toContain((await plan).outcome);
  });

  it('gives up when it is told to, waiting or under way, and answers the others', async () => {
    const grid = scattered(1500);
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [1499, 1499],
    ] as const) {
      grid.set(x, y, LAND);
    }
    const planner = plannerOf(grid);
    const [first, second] = [new AbortController(), new AbortController()];
    const underWay = planner.plan([0, 0], [1499, 1499], { signal: first.signal });
    const waiting = planner.plan([0, 0], [1499, 1499], { signal: second.signal });
    const last = planner.plan([0, 0], [1, 0]);
    expect(planner.waiting).toBe(3);
    second.abort(new Error('no longer wanted'));
    await expect(waiting).rejects.toThrow('no longer wanted');
    first.abort(new Error('too late'));
    await expect(underWay).rejects.toThrow('too late');
    expect(planner.waiting).toBe(1);
    expect((await last).outcome).toBe('found');
    expect(planner.waiting).toBe(0);
  });

  it('refuses what is aborted already, what is outside, and more than may wait', async () => {
    const planner = plannerOf(open(5, 5), { maxWaiting: 2 });
    await expect(
      planner.plan([0, 0], [1, 1], { signal: AbortSignal.abort(new Error('gone')) }),
    ).rejects.toThrow('gone');
    await expect(planner.plan([0, 0], [5, 1])).rejects.toThrow(RangeError);
    expect(() => planner.change([[0, 7, LAND]])).toThrow(RangeError);
    expect(() => planner.change([[0, 0, 9 as Terrain]])).toThrow(RangeError);
    const three = [1, 2, 3].map((x) => planner.plan([0, 0], [x, 0]));
    await expect(planner.plan([0, 0], [4, 0])).rejects.toThrow('2 plans wait');
    expect((await Promise.all(three)).map(({ length }) => length)).toEqual([1, 2, 3]);
  });

  it('rejects what it has not answered when it is closed', async () => {
    const planner = plannerOf(open(5, 5));
    const plan = planner.plan([0, 0], [4, 4]);
    const closed = expect(plan).rejects.toThrow('closed');
    await planner.close();
    await closed;
    await expect(planner.plan([0, 0], [1, 1])).rejects.toThrow('closed');
  });
});
