/** Our searches, and the libraries that npm's users know, behind one face: moves in eight directions that cut no corner. */
import { createRequire } from 'node:module';
import {
  AStarSearch,
  BLOCKED,
  everyCell,
  type Grid,
  PathFinder,
  type Point,
  wayLength,
} from '../../src/plan/index.ts';

export interface Contestant {
  /** Whatever is laid out once for a map. */
  prepare(grid: Grid): void;
  /** One way, timed without what turns it into points. */
  plan(start: Point, goal: Point): { ms: number; path: Point[] };
}

const require = createRequire(import.meta.url);

/** What we call of the untyped one. */
interface PathFinding {
  Grid: new (matrix: number[][]) => { clone(): unknown };
  AStarFinder: new (options: object) => PathFindingSearch;
  JumpPointFinder: new (options: object) => PathFindingSearch;
  DiagonalMovement: { OnlyWhenNoObstacles: number };
  Heuristic: { octile: unknown };
}
interface PathFindingSearch {
  findPath(x: number, y: number, goalX: number, goalY: number, grid: unknown): Point[];
}
interface Easy {
  setGrid(rows: number[][]): void;
  setAcceptableTiles(tiles: number[]): void;
  enableDiagonals(): void;
  disableCornerCutting(): void;
  enableSync(): void;
  setIterationsPerCalculation(count: number): void;
  findPath(
    x: number,
    y: number,
    goalX: number,
    goalY: number,
    found: (path: { x: number; y: number }[] | null) => void,
  ): void;
  calculate(): void;
}
interface Graph {
  addNode(id: number, data: { x: number; y: number }): void;
  addLink(from: number, to: number, data: number): void;
}
interface GraphNode {
  data: { x: number; y: number };
}
interface GraphSearch {
  find(from: number, to: number): GraphNode[];
}

const rowsOf = (grid: Grid): number[][] =>
  Array.from({ length: grid.height }, (_, y) =>
    Array.from({ length: grid.width }, (_, x) => (grid.at(x, y) === BLOCKED ? 1 : 0)),
  );

const timed = <T>(work: () => T): { ms: number; result: T } => {
  const began = performance.now();
  const result = work();
  return { ms: performance.now() - began, result };
};

class Ours implements Contestant {
  readonly #isAStar: boolean;
  #finder: PathFinder | undefined;

  constructor(isAStar: boolean) {
    this.#isAStar = isAStar;
  }

  prepare(grid: Grid): void {
    this.#finder = this.#isAStar ? new PathFinder(grid, AStarSearch) : new PathFinder(grid);
    this.#finder.territory(1);
  }

  plan(start: Point, goal: Point): { ms: number; path: Point[] } {
    const finder = this.#finder as PathFinder;
    const { ms } = timed(() => finder.plan(start, goal));
    return { ms, path: finder.path.toPoints() };
  }
}

class PathFindingJs implements Contestant {
  readonly #isAStar: boolean;
  #grid: { clone(): unknown } | undefined;
  #search: PathFindingSearch | undefined;

  constructor(isAStar: boolean) {
    this.#isAStar = isAStar;
  }

  prepare(grid: Grid): void {
    const library = require('pathfinding') as PathFinding;
    this.#grid = new library.Grid(rowsOf(grid));
    const options = {
      diagonalMovement: library.DiagonalMovement.OnlyWhenNoObstacles,
      heuristic: library.Heuristic.octile,
    };
    this.#search = this.#isAStar ? new library.AStarFinder(options) : new library.JumpPointFinder(options);
  }

  plan([x, y]: Point, [goalX, goalY]: Point): { ms: number; path: Point[] } {
    // Each search needs a copy of the grid. It is not counted, though nobody can do without it.
    const copy = this.#grid?.clone();
    const { ms, result } = timed(() => this.#search?.findPath(x, y, goalX, goalY, copy) ?? []);
    return { ms, path: result };
  }
}

class EasyStar implements Contestant {
  #library: Easy | undefined;

  prepare(grid: Grid): void {
    const library = new (require('easystarjs') as { js: new () => Easy }).js();
    library.setGrid(rowsOf(grid));
    library.setAcceptableTiles([0]);
    library.enableDiagonals();
    library.disableCornerCutting();
    library.enableSync();
    library.setIterationsPerCalculation(Number.MAX_SAFE_INTEGER);
    this.#library = library;
  }

  plan([x, y]: Point, [goalX, goalY]: Point): { ms: number; path: Point[] } {
    let found: { x: number; y: number }[] | null = null;
    const { ms } = timed(() => {
      this.#library?.findPath(x, y, goalX, goalY, (path) => {
        found = path;
      });
      this.#library?.calculate();
    });
    return { ms, path: (found ?? []).map((point: { x: number; y: number }): Point => [point.x, point.y]) };
  }
}

class NgraphPath implements Contestant {
  readonly #search: 'aStar' | 'nba';
  #finder: GraphSearch | undefined;
  #width = 0;

  constructor(search: 'aStar' | 'nba') {
    this.#search = search;
  }

  prepare(grid: Grid): void {
    const graph = (require('ngraph.graph') as () => Graph)();
    this.#width = grid.width;
    const free = (x: number, y: number) => grid.at(x, y) !== BLOCKED;
    for (let y = 0; y < grid.height; y++) {
      for (let x = 0; x < grid.width; x++) {
        if (!free(x, y)) continue;
        const id = y * grid.width + x;
        graph.addNode(id, { x, y });
        if (free(x - 1, y)) graph.addLink(id, id - 1, 1);
        if (free(x, y - 1)) graph.addLink(id, id - grid.width, 1);
        for (const dx of [-1, 1]) {
          if (free(x + dx, y) && free(x, y - 1) && free(x + dx, y - 1))
            graph.addLink(id, id - grid.width + dx, Math.SQRT2);
        }
      }
    }
    const library = require('ngraph.path') as Record<
      'aStar' | 'nba',
      (graph: Graph, options: object) => GraphSearch
    >;
    this.#finder = library[this.#search](graph, {
      distance: (_from: GraphNode, _to: GraphNode, link: { data: number }) => link.data,
      heuristic: ({ data: a }: GraphNode, { data: b }: GraphNode) => {
        const dx = Math.abs(a.x - b.x);
        const dy = Math.abs(a.y - b.y);
        return Math.max(dx, dy) + (Math.SQRT2 - 1) * Math.min(dx, dy);
      },
    });
  }

  plan([x, y]: Point, [goalX, goalY]: Point): { ms: number; path: Point[] } {
    const { ms, result } = timed(
      () => this.#finder?.find(y * this.#width + x, goalY * this.#width + goalX) ?? [],
    );
    return { ms, path: result.map(({ data }): Point => [data.x, data.y]).reverse() };
  }
}

export const OURS = 'kiteline';
export const OUR_A_STAR = 'kiteline, A*';

export const CONTESTANTS: Readonly<Record<string, () => Contestant>> = {
  [OURS]: () => new Ours(false),
  [OUR_A_STAR]: () => new Ours(true),
  'PathFinding.js, A*': () => new PathFindingJs(true),
  'PathFinding.js, jump points': () => new PathFindingJs(false),
  easystarjs: () => new EasyStar(),
  'ngraph.path, A*': () => new NgraphPath('aStar'),
  'ngraph.path, NBA*': () => new NgraphPath('nba'),
};

/** Every cell, whatever a library gives: corner points, or each cell. */
export const lengthOf = (path: readonly Point[]): number => wayLength(everyCell(path));
