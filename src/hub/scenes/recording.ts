import { packCells } from './cells.ts';
import type { RunInfo, ScenePatch, SceneRun, SceneState } from './messages.ts';
import { applyCells } from './patch.ts';

/** Patches of a run that are kept: ten minutes of ten a second. */
const MOST_PATCHES = 6_000;
/** What all cells of these patches may take, in numbers or characters: some 2 MB of JSON. */
const MOST_CELLS = 400_000;

type Start = Pick<SceneState, 'path' | 'goal' | 'rover'>;

/** One run of a scene, to look at again. Of one that is too long the beginning goes: it then begins later. */
export class Recording {
  readonly began: number;
  ended: number | null = null;
  #cut = 0;
  #at: number; // when `#cells` and `#start` were so
  readonly #cells: Uint8Array;
  #start: Start;
  #patches: ScenePatch[] = [];
  #size = 0;

  /** @param cells as they are now, copied */
  constructor(at: number, cells: Uint8Array, start: Start) {
    this.began = at;
    this.#at = at;
    this.#cells = cells.slice();
    this.#start = start;
  }

  get info(): RunInfo {
    return { began: this.began, ended: this.ended };
  }

  add(patch: ScenePatch): void {
    this.#patches.push(patch);
    this.#size += sizeOf(patch);
    let gone = 0;
    while (this.#patches.length - gone > MOST_PATCHES || this.#size > MOST_CELLS) {
      const oldest = this.#patches[gone];
      if (!oldest) break;
      this.#fold(oldest);
      gone++;
    }
    if (gone > 0) this.#patches.splice(0, gone);
    this.#cut += gone;
  }

  get told(): Omit<SceneRun, 'cell' | 'width' | 'height' | 'x' | 'y'> {
    const start = { at: this.#at, map: packCells(this.#cells), ...this.#start };
    return { ...this.info, cut: this.#cut, start, patches: this.#patches };
  }

  #fold(patch: ScenePatch): void {
    const { at, path, goal, rover } = patch;
    applyCells(patch, this.#cells);
    this.#start = {
      path: path ?? this.#start.path,
      goal: goal === undefined ? this.#start.goal : goal,
      rover: rover === undefined ? this.#start.rover : rover,
    };
    this.#at = at;
    this.#size -= sizeOf(patch);
  }
}

const sizeOf = ({ cells, map, path }: ScenePatch): number =>
  (cells?.length ?? 0) + (map?.length ?? 0) + (path?.length ?? 0);
