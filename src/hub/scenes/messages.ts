/**
 * What of a scene travels to the page and into a recording. Types alone: the page imports them, too.
 * Places are in metres, x to the right and y up; times are milliseconds since 1970 UTC.
 */
export type Place = readonly [x: number, y: number];

/** Where a rover is, and what its range finder sees. */
export interface ScenePose {
  x: number;
  y: number;
  /** Radians, counter-clockwise from the x axis. */
  heading: number;
  /** Metres to what it sees straight ahead; nothing where it sees nothing. */
  range?: number;
  /** Radians, the whole angle of the range finder's cone. */
  cone?: number;
}

/** What a scene is made with: a grid of cells, row 0 at the bottom, cell `row * width + column`. */
export interface SceneOptions {
  /** Metres, the side of a cell. */
  cell: number;
  /** Cells from left to right, 1 to 1,024, and from bottom to top. */
  width: number;
  height: number;
  /** Metres: the grid's lower left corner; 0, 0 unless told. */
  x?: number;
  y?: number;
}

/** What is drawn beside the cells. */
export interface SceneState {
  path: readonly Place[];
  /** Null for none. */
  goal: Place | null;
  rover: ScenePose | null;
  run: RunInfo | null;
}

/** A run: from a goal that is set to its end. */
export interface RunInfo {
  began: number;
  /** Null while it is under way. */
  ended: number | null;
}

/** What has changed since version `v - 1`: only that is there. */
export interface ScenePatch extends Partial<SceneState> {
  v: number;
  at: number;
  /** Cell, value, cell, value, …: 0 unknown, 1 to 100 percent occupied. */
  cells?: readonly number[];
  /** All cells in place of many, packed (cells.ts). */
  map?: string;
}

/** A scene as it is at version `v`. */
export interface SceneWhole extends Required<SceneOptions>, SceneState {
  v: number;
  map: string;
  /** Where the rover has been in this run, or since the scene was made. */
  trail: readonly Place[];
}

/** A run to look at again: how it was when it began, and all that changed, in order. */
export interface SceneRun extends Required<SceneOptions>, RunInfo {
  /** Patches that were let go because it is too long; `start` is then how it was after them. */
  cut: number;
  start: { at: number; map: string } & Pick<SceneState, 'path' | 'goal' | 'rover'>;
  patches: readonly ScenePatch[];
}
