/** One rover's map, made of what it sees, and its plans. */
import type { Scene } from '../../src/index.ts'; // in a project of your own: from 'kiteline'
import {
  BLOCKED,
  type Change,
  Explorer,
  Grid,
  Inflation,
  LAND,
  OccupancyMap,
  Planner,
  type Point,
} from '../../src/plan/index.ts'; // from 'kiteline/plan'

/** The map: 17 m × 17 m around the place where the rover was switched on. */
export const PLACE = { cell: 0.03, width: 568, height: 568, x: -8.52, y: -8.52 };
/** Metres: of the rover's body, and how far its range finder is in front of the middle. */
const BODY = 0.09;
const FINDER = 0.08;
/** Radians: the whole angle of what the range finder sees. */
const CONE = Math.PI / 12;
/** Metres that no echo at all speaks for: less than it can see, since slanted walls throw the sound elsewhere. */
const SILENT = 1.5;
/** Cells between the rover's middle and what is not known to be free: its body, and what it may be beside its path. */
const RADIUS = (BODY + 0.045) / PLACE.cell;
/** The same on a way that is only hoped for: less than the body, since where exactly a wall is shows from near by. */
const LEAST_RADIUS = (BODY - 0.015) / PLACE.cell;
/** Metres around a place where looking around was in vain. */
const TRIED = 0.25;
/** Metres from which a look around tells walls from gaps. */
const NEAR = 0.7;
/** From one thought of where to look next to another, milliseconds. */
const RETHINK_MS = 1_500;
/** So many places are looked around from once more before it is said that there is no way. */
const FEW = 3;
/** Metres from where the rover stands to where a plan may begin: it may be nearer to a wall than plans go. */
const ASIDE = 0.3;
/** States in which it drives to no goal any more. */
const OVER = ['arrived', 'stopped', 'no way', 'by hand'];

/** What a rover asks. All of it is the board's word. */
export interface Question {
  /** Where it is, and where it is to go, metres. */
  x: number;
  y: number;
  goal: Point;
  /** The time of its newest reading, which must be in the map; null: it does not know the time yet. */
  at: number | null;
  /** When it began to look around here, if it has done that since the last plan. */
  looked: number | null;
  /** It is looking around: it only wants to know whether somebody plans. */
  looking: boolean;
}

/** The way, metres, as far as all of it is known to be free; `look`: at its end the rover should look around. */
export type Answer = { path: Point[]; look: boolean } | { why: 'no way' };

export class Pilot {
  /** The board's start that the map belongs to. */
  readonly boot: string | undefined;
  readonly map = new OccupancyMap(PLACE, { cone: CONE });
  readonly #scene: Scene | undefined;
  /** Where the rover's middle may be for sure, and where it may be as far as is known. */
  readonly #known = new Inflation(gridOf(BLOCKED), RADIUS);
  readonly #hoped = new Inflation(gridOf(LAND), LEAST_RADIUS);
  /** Has its own copy of `known`. */
  readonly #planner = new Planner(gridOf(BLOCKED));
  readonly #explorer = new Explorer({
    known: this.#known.grid,
    hoped: this.#hoped.grid,
    risk: (index) => Math.max(0, this.map.percent(index) / 50 - 1),
  });
  /** Cells that were looked at from near by, and are a wall as likely as not. */
  readonly #isWall = new Uint8Array(PLACE.width * PLACE.height);
  #goal = '';
  /** Where looking around was in vain, on the way to this goal; and whether all of that was forgotten once. */
  #tried: Point[] = [];
  #isSecondTime = false;
  /** Where it is to look around next, and since when. */
  #chosen: { place: Point; at: number } | undefined;
  /** The times of the first and of the newest reading, and who waits for a newer one. */
  #oldest = Number.POSITIVE_INFINITY;
  #newest = 0;
  readonly #waiting = new Set<() => void>();

  constructor(boot?: string, scene?: Scene) {
    this.boot = boot;
    this.#scene = scene;
  }

  /** A reading. @param pose metres, radians @param range metres; undefined: no echo @param at milliseconds */
  see(pose: { x: number; y: number; heading: number }, range: number | undefined, at: number): void {
    const { x, y, heading } = pose;
    const eye = { x: x + FINDER * Math.cos(heading), y: y + FINDER * Math.sin(heading), heading };
    const seen =
      range === undefined ? this.map.seeNothing({ ...eye, range: SILENT }) : this.map.see({ ...eye, range });
    this.#take([...seen, ...this.map.clear(x, y, BODY)]);
    if (this.#scene) this.#scene.rover = { x, y, heading, cone: CONE, ...(range !== undefined && { range }) };
    this.#oldest = Math.min(this.#oldest, at);
    this.#newest = Math.max(this.#newest, at);
    for (const look of this.#waiting) look();
  }

  /** What the rover says of itself. */
  tell(state: string): void {
    if (this.#scene && OVER.includes(state)) this.#draw([], undefined);
  }

  /** @throws the signal's reason: nobody waits any more */
  async plan({ x, y, goal, at, looked, looking }: Question, signal: AbortSignal): Promise<Answer> {
    if (looking) return { path: [], look: true };
    if (typeof at === 'number') await this.#seen(at, signal);
    if (this.#goal !== String(goal)) {
      this.#goal = String(goal);
      this.#tried = [];
      this.#isSecondTime = false;
      this.#chosen = undefined;
    }
    // A hub that was started meanwhile has not seen all of it.
    if (typeof looked === 'number' && looked >= this.#oldest) this.#lookedFrom([x, y]);
    const answer = await this.#way([x, y], goal, signal);
    if ('path' in answer) this.#draw(answer.path, goal);
    return answer;
  }

  close(): Promise<void> {
    return this.#planner.close();
  }

  /** Cells of the map that have changed. */
  #take(cells: readonly number[]): void {
    const changes: Change[] = [];
    for (const index of cells) {
      const [column, row] = [index % PLACE.width, Math.floor(index / PLACE.width)];
      const isFree = this.map.isFree(index);
      if (isFree) this.#isWall[index] = 0;
      this.#known.set(column, row, isFree ? LAND : BLOCKED, (...change) => changes.push(change));
      const isWall = this.#isWall[index] === 1 || this.map.isOccupied(index);
      this.#hoped.set(column, row, isWall ? BLOCKED : LAND, () => {});
      this.#scene?.mark(index, this.map.percent(index));
    }
    if (changes.length > 0) this.#planner.change(changes);
  }

  /** What still looks like a wall once it was looked at from near by is one. */
  #lookedFrom(place: Point): void {
    this.#tried.push(place);
    const walls = this.map.within(...place, NEAR).filter((index) => (this.map.odds[index] as number) > 0);
    for (const index of walls) this.#isWall[index] = 1;
    this.#take(walls);
  }

  async #way(start: Point, goal: Point, signal: AbortSignal): Promise<Answer> {
    const end = this.map.cellAt(...goal);
    if (!this.#known.grid.contains(...end)) return { why: 'no way' };
    const from = this.#nearestKnown(this.map.cellAt(...start));
    if (!from) {
      const here = this.map.cellAt(...start);
      return this.#isTried(...here) ? { why: 'no way' } : { path: [start], look: true };
    }
    const whole = await this.#planner.plan(from, end, { signal, smooth: true });
    if (whole.outcome === 'found')
      return { path: this.#along(start, whole.path.slice(0, -1), goal), look: false };
    const place = this.#placeToLook(from, end);
    if (!place) return { why: 'no way' };
    const part = await this.#planner.plan(from, place, { signal, smooth: true });
    // A way there that was known a moment ago may have turned out to be none.
    if (part.outcome !== 'found') this.#chosen = undefined;
    return { path: this.#along(start, part.path), look: true };
  }

  /** In metres, to the millimetre: from where the rover is over the middles of cells to a last point, if there is one. */
  #along(start: Point, cells: readonly Point[], last?: Point): Point[] {
    const points = [start, ...cells.slice(1).map(([column, row]) => this.map.middleOf(column, row))];
    if (last) points.push(last);
    return points.map(([x, y]) => [Number(x.toFixed(3)), Number(y.toFixed(3))]);
  }

  #draw(path: Point[], goal: Point | undefined): void {
    if (!this.#scene) return;
    this.#scene.goal = goal && [...goal];
    this.#scene.path = path;
  }

  readonly #isTried = (column: number, row: number): boolean => {
    const [x, y] = this.map.middleOf(column, row);
    return this.#tried.some(([triedX, triedY]) => Math.hypot(x - triedX, y - triedY) < TRIED);
  };

  /** Thinks again of where to look next now and then: on the way there more is seen, but no car should dither. */
  #placeToLook(from: Point, end: Point): Point | undefined {
    const chosen = this.#chosen;
    if (chosen && this.#newest - chosen.at < RETHINK_MS && !this.#isTried(...chosen.place))
      return chosen.place;
    const place = this.#explorer.find(from, end, this.#isTried) ?? this.#onceMore(from, end);
    this.#chosen = place && { place, at: this.#newest };
    return place;
  }

  /** Before it says that there is no way: what only looked like a wall is in doubt again, and where it looked too, if that was little. */
  #onceMore(from: Point, end: Point): Point | undefined {
    if (this.#isSecondTime) return undefined;
    this.#isSecondTime = true;
    if (this.#tried.length <= FEW) this.#tried = [];
    const walls: number[] = [];
    for (let at = this.#isWall.indexOf(1); at >= 0; at = this.#isWall.indexOf(1, at + 1)) walls.push(at);
    this.#isWall.fill(0);
    this.#take(walls);
    return this.#explorer.find(from, end, this.#isTried);
  }

  #nearestKnown([column, row]: Point): Point | undefined {
    let nearest: Point | undefined;
    let best = ASIDE / PLACE.cell;
    const reach = Math.ceil(best);
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const apart = Math.hypot(dx, dy);
        if (apart > best || this.#known.grid.at(column + dx, row + dy) !== LAND) continue;
        if (!this.#isFreeBetween(column, row, dx, dy)) continue;
        best = apart;
        nearest = [column + dx, row + dy];
      }
    }
    return nearest;
  }

  #isFreeBetween(column: number, row: number, dx: number, dy: number): boolean {
    const steps = 2 * Math.max(Math.abs(dx), Math.abs(dy), 1);
    for (let step = 0; step <= steps; step++) {
      const [x, y] = [column + Math.round((dx * step) / steps), row + Math.round((dy * step) / steps)];
      if (!this.map.isFree(y * PLACE.width + x)) return false;
    }
    return true;
  }

  /** Waits until a reading of that time is in the map: it may still be on its way to the disk. */
  #seen(at: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#waiting.delete(look);
        signal.removeEventListener('abort', giveUp);
        settle();
      };
      const giveUp = () => end(() => reject(signal.reason));
      const look = () => this.#newest >= at && end(resolve);
      signal.addEventListener('abort', giveUp);
      this.#waiting.add(look);
      look();
    });
  }
}

function gridOf(terrain: typeof BLOCKED | typeof LAND): Grid {
  const grid = new Grid(PLACE.width, PLACE.height);
  grid.cells.fill(terrain);
  return grid;
}
