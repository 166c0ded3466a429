/** The rover example's map and plans alone, with a rover on paper: it is where it is told to be, and reads what a room lets it. */
import { expect, onTestFinished, test } from 'vitest';
import { roomOf } from '../../bench/rover/trip.ts';
import { Pilot } from '../../examples/rover/pilot.ts';
import type { Point } from '../../src/plan/index.ts';
import type { Room } from '../../src/virtual/index.ts';
import { STANDARD_ROVER } from '../../src/virtual/world/parameters.ts';
import { nearest } from '../../src/virtual/world/range-finder.ts';
import { smallRoom } from '../helpers/room.ts';
import { randomFrom } from '../plan/maps.ts';

const BODY = STANDARD_ROVER.bodyRadius;
const never = new AbortController().signal;
/** Readings of a turn on the spot, and metres from one to the next on a path. */
const TURN = 96;
const STEP = 0.025;

class PaperRover {
  readonly pilot = new Pilot();
  readonly #room: Room;
  readonly #random: () => number;
  /** In the room; the pilot's metres begin where it began. */
  x: number;
  y: number;
  #heading = 0;
  readonly #start: Point;
  #time = 1;
  /** When it looked around here. */
  #looked: number | null = null;
  looks = 0;
  /** Metres between its body and the nearest wall: the least so far, down to 1 cm below nothing. */
  closest = 1;

  constructor(room: Room, seed: number) {
    this.#room = room;
    this.#random = randomFrom(seed);
    [this.x, this.y] = this.anywhere();
    this.#start = [this.x, this.y];
    onTestFinished(() => this.pilot.close());
  }

  anywhere(): Point {
    for (;;) {
      const place: Point = [this.#random() * this.#room.width, this.#random() * this.#room.height];
      if (this.#room.fits(...place, 0.2)) return place;
    }
  }

  /** @returns "arrived", or why not */
  async go([goalX, goalY]: Point): Promise<string> {
    const [startX, startY] = this.#start;
    for (let n = 0; n < 500; n++) {
      const [x, y] = [this.x - startX, this.y - startY];
      const looked = this.#looked;
      const goal: Point = [goalX - startX, goalY - startY];
      const answer = await this.pilot.plan({ x, y, goal, at: null, looked, looking: false }, never);
      this.#looked = null;
      if ('why' in answer) return answer.why;
      // As a real one, it asks again on the way.
      const isThere = this.#drive(answer.path, 0.2);
      if (isThere && !answer.look) return 'arrived';
      if (isThere) this.#lookAround();
    }
    return 'still on its way';
  }

  /** @returns whether it came to the end */
  #drive(path: readonly Point[], metres: number): boolean {
    for (const [toX, toY] of path.slice(1)) {
      const [dx, dy] = [toX + this.#start[0] - this.x, toY + this.#start[1] - this.y];
      const length = Math.hypot(dx, dy);
      if (length > 0.001) this.#heading = Math.atan2(dy, dx);
      const steps = Math.max(1, Math.ceil(Math.min(length, metres) / STEP));
      const share = Math.min(1, metres / length) / steps;
      for (let step = 0; step < steps; step++) {
        this.x += dx * share;
        this.y += dy * share;
        this.#read();
      }
      metres -= length;
      if (metres <= 0) return false;
    }
    return true;
  }

  #lookAround(): void {
    this.looks += 1;
    this.#looked = this.#time;
    for (let n = 0; n < TURN; n++) {
      this.#heading += (2 * Math.PI) / TURN;
      this.#read();
    }
  }

  #read(): void {
    while (!this.#room.fits(this.x, this.y, BODY + this.closest) && this.closest > -0.01)
      this.closest -= 0.005;
    const pose = { x: this.x, y: this.y, heading: this.#heading };
    const distance = nearest(this.#room, pose, STANDARD_ROVER.range);
    const isHeard = distance <= STANDARD_ROVER.range.most && this.#random() > STANDARD_ROVER.range.misses;
    const range = isHeard ? Math.max(0.02, distance + 0.006 * (this.#random() - 0.5)) : undefined;
    const seen = { x: this.x - this.#start[0], y: this.y - this.#start[1], heading: this.#heading };
    this.#time += 60;
    this.pilot.see(seen, range, this.#time);
  }
}

test.each(['flat', 'workshop', 'warehouse'])(
  'all goals in the %s, never near a wall',
  async (name) => {
    const rover = new PaperRover(roomOf(name), 11);
    for (let n = 0; n < 8; n++) {
      const goal = rover.anywhere();
      expect([n, await rover.go(goal)]).toEqual([n, 'arrived']);
      expect(Math.hypot(rover.x - goal[0], rover.y - goal[1])).toBeLessThan(0.01);
    }
    expect(rover.closest).toBeGreaterThan(0.03);
    expect(rover.looks).toBeLessThan(80);
  },
  60_000,
);

test('goals that cannot be reached: off the map, in a box, in a closet without a door', async () => {
  const rover = new PaperRover(smallRoom(), 3);
  expect(await rover.go([50, 50])).toBe('no way');
  expect(await rover.go([0.75, 1.35])).toBe('no way');
  expect(await rover.go([2.9, 2.1])).toBe('no way');
  expect(rover.looks).toBeLessThan(30);
}, 60_000);

test('a plan waits for the reading that it is to know', async () => {
  const rover = new PaperRover(roomOf('flat'), 1);
  const question = { x: 0, y: 0, goal: [1, 0] as Point, at: 500, looked: null, looking: false };
  let isAnswered = false;
  const answer = rover.pilot.plan(question, never).finally(() => {
    isAnswered = true;
  });
  await new Promise((done) => setImmediate(done));
  expect(isAnswered).toBe(false);
  rover.pilot.see({ x: 0, y: 0, heading: 0 }, 1, 500);
  expect(await answer).toEqual({ path: [[0, 0]], look: true });
});

test('a plan that nobody waits for any more ends', async () => {
  const rover = new PaperRover(roomOf('flat'), 1);
  const controller = new AbortController();
  const answer = rover.pilot.plan(
    { x: 0, y: 0, goal: [1, 0], at: 500, looked: null, looking: false },
    controller.signal,
  );
  controller.abort(new Error('gone'));
  await expect(answer).rejects.toThrow('gone');
});

test('what a rover looked at before this hub began does not count', async () => {
  const rover = new PaperRover(roomOf('flat'), 1);
  rover.pilot.see({ x: 0, y: 0, heading: 0 }, 1, 500);
  const question = { x: 0, y: 0, goal: [1, 0] as Point, at: 500, looking: false };
  expect(await rover.pilot.plan({ ...question, looked: 400 }, never)).toEqual({ path: [[0, 0]], look: true });
  expect(await rover.pilot.plan({ ...question, looked: 500 }, never)).toEqual({ why: 'no way' });
});
