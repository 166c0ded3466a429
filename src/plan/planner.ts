import { Worker } from 'node:worker_threads';
import { Grid, mustBeTerrain, type Terrain } from './grid.ts';
import type { Answer, Order, PlanOrder, ThreadSetup } from './messages.ts';
import { type Point, wayLength } from './path.ts';
import type { Outcome } from './territory.ts';

/** A cell and what it is from now on. */
export type Change = readonly [x: number, y: number, terrain: Terrain];

export interface PlanOptions {
  /** Gives up, also in the middle of a search: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Straight lines in any direction where they cut no corner, in place of steps. */
  readonly smooth?: boolean;
}

/** The answer to a question for a way. */
export interface Plan {
  readonly outcome: Outcome;
  /** Corner points from start to goal, both included; empty unless the outcome is `found`. */
  readonly path: readonly Point[];
  /** Of the path from point to point, in cells; NaN unless found. */
  readonly length: number;
  /** How long the thread thought, ms; the time in the queue not included. */
  readonly ms: number;
}

interface Job {
  readonly order: PlanOrder;
  readonly resolve: (plan: Plan) => void;
  readonly reject: (reason: unknown) => void;
  readonly stopListening: () => void;
}

/** A robot that asks faster than it is answered has better things to do than to wait behind so many. */
const MAX_WAITING = 64;

const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Plans in a thread of its own, so that a long search never holds up the caller's event loop. */
export class Planner {
  /** The cells as the thread sees them, in shared memory. Read them; change them by `change`. */
  readonly grid: Grid;
  readonly #maxWaiting: number;
  readonly #worker: Worker;
  readonly #cancelled = new Int32Array(new SharedArrayBuffer(4));
  readonly #jobs: Job[] = [];
  /** The job that the thread is at, even when nobody waits for it any more; it may also be at changes alone. */
  #running: Job | undefined;
  #isBusy = false;
  #lastJob = 0;
  /** Changes that the thread does not know yet: at most one a cell. */
  readonly #changes = new Map<number, Terrain>();
  #over: Error | undefined;

  /**
   * @param grid taken over where its cells are in shared memory, as those of `new Grid(width, height)` are; copied otherwise
   * @param options.maxWaiting how many plans may wait for the one under way; 64 unless told
   */
  constructor(grid: Grid, options: { readonly maxWaiting?: number } = {}) {
    this.grid = grid.cells.buffer instanceof SharedArrayBuffer ? grid : copyOf(grid);
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING;
    const { width, height, cells } = this.grid;
    const setup: ThreadSetup = { width, height, cells, cancelled: this.#cancelled };
    this.#worker = new Worker(ENTRY, { workerData: setup });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer | undefined) => this.#onAnswer(answer));
    this.#worker.on('error', (error) => this.#end(new Error('The planner has crashed.', { cause: error })));
    this.#worker.on('exit', () => this.#end(new Error('The planner has ended.')));
  }

  /** Plans that are asked for and not answered; at most one more than may wait. */
  get waiting(): number {
    return this.#jobs.length;
  }

  /**
   * The shortest way from a cell to another one, as the cells are when the search begins: with every change that was made
   * before this call, and possibly later ones.
   * @throws RangeError (by the promise) when a point is outside the grid or too many plans wait; the signal's reason when it
   *   is aborted; Error when the planner is closed or has crashed
   */
  plan(start: Point, goal: Point, options: PlanOptions = {}): Promise<Plan> {
    const { signal, smooth = false } = options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#over) throw this.#over;
      for (const [x, y] of [start, goal]) this.grid.mustContain(x, y);
      if (this.#jobs.length > this.#maxWaiting) {
        throw new RangeError(`${this.#maxWaiting} plans wait already: ask again when one is answered.`);
      }
      const job: Job = {
        order: { job: ++this.#lastJob, start: [...start], goal: [...goal], smooth },
        resolve,
        reject,
        stopListening: () => signal?.removeEventListener('abort', onAbort),
      };
      const onAbort = () => this.#cancel(job, signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#jobs.push(job);
      this.#worker.ref();
      this.#next();
    });
  }

  /** Changes cells, after the search under way and before any that is asked for from now on. @throws RangeError outside the grid, or for what is no terrain */
  change(cells: Iterable<Change>): void {
    const all = [...cells];
    for (const [x, y, terrain] of all) {
      this.grid.mustContain(x, y);
      mustBeTerrain(terrain);
    }
    for (const [x, y, terrain] of all) this.#changes.set(y * this.grid.width + x, terrain);
    this.#next();
  }

  /** Ends the thread; plans that are not answered are rejected. */
  async close(): Promise<void> {
    this.#end(new Error('The planner is closed.'));
    await this.#worker.terminate();
  }

  /** Gives the thread what there is to do, when it is free. */
  #next(): void {
    if (this.#isBusy || this.#over) return;
    const job = this.#jobs[0];
    if (!job && this.#changes.size === 0) return;
    this.#isBusy = true;
    this.#running = job;
    const order: Order = { changes: this.#takeChanges(), plan: job?.order };
    this.#worker.postMessage(order, [order.changes.buffer as ArrayBuffer]);
  }

  #takeChanges(): Int32Array {
    const { width } = this.grid;
    const list = new Int32Array(3 * this.#changes.size);
    let i = 0;
    for (const [cell, terrain] of this.#changes) {
      list[i++] = cell % width;
      list[i++] = Math.floor(cell / width);
      list[i++] = terrain;
    }
    this.#changes.clear();
    return list;
  }

  #onAnswer(answer: Answer | undefined): void {
    const job = this.#running;
    this.#isBusy = false;
    this.#running = undefined;
    // A job that was cancelled is no longer in the list.
    if (job && answer && this.#remove(job)) {
      const { outcome, points, ms } = answer;
      const path = Array.from(
        { length: points.length / 2 },
        (_, i): Point => [points[2 * i] as number, points[2 * i + 1] as number],
      );
      job.stopListening();
      job.resolve({ outcome, path, length: outcome === 'found' ? wayLength(path) : Number.NaN, ms });
    }
    this.#next();
  }

  #cancel(job: Job, reason: unknown): void {
    if (!this.#remove(job)) return;
    // The thread cannot be told in any other way while it is at it.
    if (job === this.#running) Atomics.store(this.#cancelled, 0, job.order.job);
    job.reject(reason);
  }

  /** @returns whether anybody waited for it */
  #remove(job: Job): boolean {
    const at = this.#jobs.indexOf(job);
    if (at >= 0) this.#jobs.splice(at, 1);
    if (this.#jobs.length === 0) this.#worker.unref();
    return at >= 0;
  }

  #end(reason: Error): void {
    this.#over ??= reason;
    for (const job of this.#jobs.splice(0)) {
      job.stopListening();
      job.reject(this.#over);
    }
  }
}

/** In shared memory. */
function copyOf({ width, height, cells }: Grid): Grid {
  const copy = new Grid(width, height);
  copy.cells.set(cells);
  return copy;
}
