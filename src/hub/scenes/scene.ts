import type { Alarm, Clock } from '../../clock.ts';
import { packCells } from './cells.ts';
import { checkCell, checkedOptions, checkedPath, checkedPlace, checkedPose } from './check.ts';
import type {
  Place,
  SceneOptions,
  ScenePatch,
  ScenePose,
  SceneRun,
  SceneState,
  SceneWhole,
} from './messages.ts';
import { Recording } from './recording.ts';
import { Trail } from './trail.ts';

/** Milliseconds in which changes are gathered into one patch. */
const GATHER_MS = 50;
/** Cells of a patch; where more have changed it has the whole map. */
const MOST_CELLS = 4_096;

export interface SceneEvents {
  /** There will be a patch. */
  changed(): void;
  patched(patch: ScenePatch): void;
  closed(): void;
}

/**
 * What an app draws of a board: a map of cells, a path, a goal, a rover. Whoever looks at it gets what has changed, 50 ms of it at a
 * time. From a goal that is set until it is taken away is a run; the last one is kept, to be looked at again. Metres, x to the right
 * and y up; headings in radians, counter-clockwise from the x axis.
 */
export class Scene {
  readonly board: string;
  /** Metres, the side of a cell. */
  readonly cell: number;
  /** Cells from left to right, and from bottom to top. */
  readonly width: number;
  readonly height: number;
  /** Metres: the lower left corner. */
  readonly x: number;
  readonly y: number;
  readonly #clock: Clock;
  readonly #events: SceneEvents;
  readonly #cells: Uint8Array;
  readonly #isMarked: Uint8Array; // since the last patch
  #marked: number[] = [];
  #changed: Partial<SceneState> | undefined; // since the last patch; there is always one while an alarm is set
  #path: readonly Place[] = [];
  #goal: Place | null = null;
  #rover: ScenePose | null = null;
  #run: Recording | undefined;
  readonly #trail = new Trail();
  #version = 0;
  #alarm: Alarm | undefined;
  #isClosed = false;

  /** Use `hub.scene`. @throws KitelineError BAD_ARGUMENT */
  constructor(board: string, options: SceneOptions, clock: Clock, events: SceneEvents) {
    const { cell, width, height, x, y } = checkedOptions(board, options);
    this.board = board;
    this.cell = cell;
    this.width = width;
    this.height = height;
    this.x = x;
    this.y = y;
    this.#clock = clock;
    this.#events = events;
    this.#cells = new Uint8Array(width * height);
    this.#isMarked = new Uint8Array(width * height);
  }

  /**
   * What is known of a cell.
   * @param index `row * width + column`, row 0 at the bottom
   * @param value 0 unknown, 1 to 100: percent occupied
   * @throws KitelineError BAD_ARGUMENT
   */
  mark(index: number, value: number): void {
    checkCell(index, value, this.#cells.length);
    if (this.#cells[index] === value) return;
    this.#cells[index] = value;
    if (this.#isMarked[index] === 0) {
      this.#isMarked[index] = 1;
      this.#marked.push(index);
    }
    if (!this.#changed) this.#change({});
  }

  /** What `mark` said of a cell; 0 for one that there is not. */
  at(index: number): number {
    return this.#cells[index] ?? 0;
  }

  /** Where the rover is to go along, from where it is to its goal. @throws KitelineError BAD_ARGUMENT (setting it) */
  get path(): readonly Place[] {
    return this.#path;
  }

  set path(path: readonly Place[]) {
    this.#path = checkedPath(path);
    this.#change({ path: this.#path });
  }

  /** Where it is to go: setting another begins a run, undefined ends it. @throws KitelineError BAD_ARGUMENT (setting it) */
  get goal(): Place | undefined {
    return this.#goal ?? undefined;
  }

  set goal(place: Place | undefined) {
    const goal = place ? checkedPlace(place) : null;
    if (goal?.[0] === this.#goal?.[0] && goal?.[1] === this.#goal?.[1]) return;
    this.#endRun();
    this.#goal = goal;
    if (goal) this.#beginRun();
    this.#change({ goal, run: this.#run?.info ?? null });
  }

  /** Where it is. @throws KitelineError BAD_ARGUMENT (setting it) */
  get rover(): ScenePose | undefined {
    return this.#rover ?? undefined;
  }

  set rover(pose: ScenePose | undefined) {
    this.#rover = pose ? checkedPose(pose) : null;
    if (this.#rover) this.#trail.add(this.#rover.x, this.#rover.y);
    this.#change({ rover: this.#rover });
  }

  /** Everything as it is now. */
  whole(): SceneWhole {
    this.commit();
    return {
      ...this.#size,
      v: this.#version,
      map: packCells(this.#cells),
      path: this.#path,
      goal: this.#goal,
      rover: this.#rover,
      run: this.#run?.info ?? null,
      trail: [...this.#trail.places],
    };
  }

  /** The run that is under way, or the last that has ended. */
  run(): SceneRun | undefined {
    this.commit();
    return this.#run && { ...this.#size, ...this.#run.told };
  }

  /** Makes a patch of what has changed, without waiting for more. */
  commit(): void {
    const changed = this.#changed;
    if (!changed || this.#isClosed) return;
    this.#alarm?.cancel();
    this.#changed = undefined;
    const patch: ScenePatch = { v: ++this.#version, at: this.#clock.now(), ...changed, ...this.#takeCells() };
    if (this.#run?.ended === null) this.#run.add(patch);
    this.#events.patched(patch);
  }

  /** Nobody sees it any more; what is drawn on it from now on is lost. Harmless when repeated. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#alarm?.cancel();
    this.#events.closed();
  }

  get #size(): Required<SceneOptions> {
    const { cell, width, height, x, y } = this;
    return { cell, width, height, x, y };
  }

  #change(what: Partial<SceneState>): void {
    if (this.#isClosed) return;
    if (!this.#changed) {
      this.#alarm = this.#clock.alarm(GATHER_MS, () => this.commit());
      this.#events.changed();
    }
    this.#changed = { ...this.#changed, ...what };
  }

  #beginRun(): void {
    this.#run = new Recording(this.#clock.now(), this.#cells, {
      path: this.#path,
      goal: this.#goal,
      rover: this.#rover,
    });
    this.#trail.clear();
    if (this.#rover) this.#trail.add(this.#rover.x, this.#rover.y);
  }

  #endRun(): void {
    this.commit();
    if (this.#run?.ended === null) this.#run.ended = this.#clock.now();
  }

  #takeCells(): Pick<ScenePatch, 'cells' | 'map'> {
    const marked = this.#marked;
    if (marked.length === 0) return {};
    this.#marked = [];
    for (const index of marked) this.#isMarked[index] = 0;
    if (marked.length > MOST_CELLS) return { map: packCells(this.#cells) };
    return { cells: marked.flatMap((index) => [index, this.#cells[index] as number]) };
  }
}
