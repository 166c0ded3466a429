/** What apps draw of a board: patches, bounds, and the run that is kept. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import type { Place, ScenePatch, SceneRun } from '../../src/hub/scenes/messages.ts';
import { unpackCells } from '../../src/hub/scenes/patch.ts';
import { Scenes } from '../../src/hub/scenes/scenes.ts';

const ROOM = { cell: 0.05, width: 40, height: 30, x: -1, y: -0.5 };

function begin(options = ROOM) {
  const clock = new ManualClock();
  const scenes = new Scenes(clock);
  const patches: ScenePatch[] = [];
  const told: string[] = [];
  scenes.watch({
    changed: (board) => told.push(`changed ${board}`),
    patched: (_, patch) => patches.push(patch),
    replaced: (board) => told.push(`replaced ${board}`),
  });
  const scene = scenes.make('rover', options);
  return { clock, scenes, scene, patches, told };
}

const cellsOf = (packed: string, { width, height } = ROOM): number[] => {
  const cells = new Uint8Array(width * height);
  unpackCells(packed, cells);
  return [...cells];
};

/** A map and what patches made of it. */
function after(run: SceneRun): {
  cells: number[];
  rover: SceneRun['start']['rover'];
  path: readonly Place[];
} {
  const cells = cellsOf(run.start.map, run as typeof ROOM);
  let { rover, path } = run.start;
  for (const patch of run.patches) {
    if (patch.map !== undefined) cells.splice(0, cells.length, ...cellsOf(patch.map, run as typeof ROOM));
    const pairs = patch.cells ?? [];
    for (let i = 0; i < pairs.length; i += 2) cells[pairs[i] as number] = pairs[i + 1] as number;
    if (patch.rover !== undefined) rover = patch.rover;
    path = patch.path ?? path;
  }
  return { cells, rover, path };
}

test('what changes within 50 ms is one patch, with the newest of everything', () => {
  const { clock, scene, patches, told } = begin();
  scene.mark(7, 90);
  scene.mark(8, 10);
  scene.mark(7, 95);
  scene.rover = { x: 0.12345, y: 1, heading: 0.5, range: 0.8 };
  scene.rover = { x: 0.2, y: 1, heading: 0.5 };
  scene.path = [
    [0.2, 1],
    [1, 1],
  ];
  expect(patches).toEqual([]);
  expect(told).toEqual(['replaced rover', 'changed rover']);
  clock.advance(50);
  expect(patches).toEqual([
    {
      v: 1,
      at: clock.now(),
      cells: [7, 95, 8, 10],
      rover: { x: 0.2, y: 1, heading: 0.5 },
      path: [
        [0.2, 1],
        [1, 1],
      ],
    },
  ]);
  scene.mark(7, 95); // as it is: nothing to tell
  clock.advance(1_000);
  expect(patches).toHaveLength(1);
  scene.mark(7, 0);
  clock.advance(50);
  expect(patches[1]).toEqual({ v: 2, at: clock.now(), cells: [7, 0] });
});

test('the whole scene is as the patches made it, and places are to the millimetre', () => {
  const { scene } = begin();
  scene.mark(0, 100);
  scene.mark(1_199, 1);
  scene.goal = [1 / 3, 2];
  scene.rover = { x: 0, y: 0, heading: 1.23456, range: 2, cone: 0.26 };
  const whole = scene.whole();
  expect(whole).toMatchObject({
    ...ROOM,
    goal: [0.333, 2],
    rover: { heading: 1.235, range: 2, cone: 0.26 },
    trail: [[0, 0]],
  });
  const cells = cellsOf(whole.map);
  expect([cells[0], cells[1], cells[1_199]]).toEqual([100, 0, 1]);
  expect(scene.at(1_199)).toBe(1);
  expect(scene.goal).toEqual([0.333, 2]);
});

test('where more cells change than a patch tells one by one, it has the whole map', () => {
  const room = { cell: 0.1, width: 100, height: 100, x: 0, y: 0 };
  const { clock, scene, patches } = begin(room);
  for (let i = 0; i < 5_000; i++) scene.mark(i, 1 + (i % 100));
  clock.advance(50);
  expect(patches[0]?.cells).toBeUndefined();
  const cells = cellsOf(patches[0]?.map ?? '', room);
  expect([cells[0], cells[4_999], cells[5_000], cells.length]).toEqual([1, 100, 0, 10_000]);
});

test('what is no place, no cell and no map is the app’s mistake, said so', () => {
  const { scenes, scene } = begin();
  const wrong = expect.objectContaining({ code: 'BAD_ARGUMENT' });
  const mistakes = [
    () => scene.mark(1_200, 5),
    () => scene.mark(-1, 5),
    () => scene.mark(0.5, 5),
    () => scene.mark(0, 101),
    () => scene.mark(0, Number.NaN),
    () => {
      scene.goal = [Number.NaN, 0];
    },
    () => {
      scene.rover = { x: 0, y: 0, heading: Number.POSITIVE_INFINITY };
    },
    () => {
      scene.path = Array.from({ length: 5_000 }, () => [0, 0] as const);
    },
    () => scenes.make('rover', { ...ROOM, width: 1_025 }),
    () => scenes.make('rover', { ...ROOM, cell: 0 }),
    () => scenes.make('', ROOM),
  ];
  for (const mistake of mistakes) expect(mistake).toThrow(wrong);
  expect(scenes.get('rover')).toBe(scene);
});

test('a run is from a goal to its end: it is kept until the next one begins', () => {
  const { clock, scene } = begin();
  scene.mark(3, 50);
  scene.rover = { x: 0, y: 0, heading: 0 };
  clock.advance(50);
  expect(scene.run()).toBeUndefined();
  scene.goal = [1, 0];
  const began = clock.now();
  for (let i = 1; i <= 10; i++) {
    scene.rover = { x: i / 10, y: 0, heading: 0 };
    scene.mark(100 + i, 100);
    clock.advance(100);
  }
  expect(scene.run()).toMatchObject({ began, ended: null });
  scene.goal = undefined;
  const ended = clock.now();
  scene.rover = { x: 5, y: 5, heading: 1 }; // carried home: not of the run
  scene.mark(500, 100);
  clock.advance(1_000);
  const run = scene.run() as SceneRun;
  expect(run).toMatchObject({ began, ended, cut: 0, start: { goal: [1, 0], rover: { x: 0 } } });
  expect(cellsOf(run.start.map)[3]).toBe(50);
  const then = after(run);
  expect(then.rover?.x).toBe(1);
  expect([then.cells[3], then.cells[110], then.cells[500]]).toEqual([50, 100, 0]);
  expect(scene.whole()).toMatchObject({ run: { began, ended }, goal: null });

  scene.goal = [0, 1];
  expect(scene.run()).toMatchObject({ began: clock.now(), ended: null, start: { goal: [0, 1] } });
  clock.advance(100);
  scene.goal = [0, 1]; // the same: it is still on its way there
  expect(scene.run()?.began).toBe(clock.now() - 100);
  scene.goal = [0, 2]; // another: another run
  expect(scene.run()?.began).toBe(clock.now());
});

test('of a run that is too long the beginning goes, and what is left is as it was', () => {
  const { clock, scene } = begin();
  scene.goal = [1, 1];
  for (let i = 0; i < 7_000; i++) {
    scene.rover = { x: i / 100, y: 0, heading: 0 };
    scene.mark(i % 1_200, 1 + (Math.floor(i / 1_200) % 100));
    clock.advance(50);
  }
  const run = scene.run() as SceneRun;
  expect(run.patches).toHaveLength(6_000);
  expect(run.cut).toBe(1_000);
  expect(run.start.at).toBeGreaterThan(run.began);
  expect(run.start.rover?.x).toBe(9.99);
  const then = after(run);
  expect(then.cells).toEqual(cellsOf(scene.whole().map));
  expect(then.rover?.x).toBe(69.99);
  expect(scene.whole().trail.length).toBeLessThanOrEqual(1_000);
});

test('a run with many cells is bounded by them as well', () => {
  const room = { cell: 0.1, width: 200, height: 200, x: 0, y: 0 };
  const { clock, scene } = begin(room);
  scene.goal = [1, 1];
  for (let i = 0; i < 100; i++) {
    for (let cell = 0; cell < 4_000; cell++) scene.mark(cell, 1 + (i % 100));
    clock.advance(50);
  }
  const run = scene.run() as SceneRun;
  expect(run.patches.length).toBeLessThanOrEqual(50);
  expect(run.cut + run.patches.length).toBe(100);
  expect(after(run).cells).toEqual(cellsOf(scene.whole().map, room));
});

test('a board has one scene: another takes its place, and nobody hears of the old one any more', () => {
  const { clock, scenes, scene, patches, told } = begin();
  scene.mark(1, 1);
  const other = scenes.make('rover', { ...ROOM, width: 10 });
  scene.mark(2, 2);
  scene.goal = [1, 1];
  clock.advance(100);
  expect(patches).toEqual([]);
  expect(scenes.get('rover')).toBe(other);
  scene.close();
  expect(scenes.get('rover')).toBe(other);
  other.close();
  expect(scenes.get('rover')).toBeUndefined();
  expect(told).toEqual(['replaced rover', 'changed rover', 'replaced rover', 'replaced rover']);
});

test('there are not more scenes than a hub has room for', () => {
  const { scenes } = begin();
  for (let i = 1; i < 32; i++) scenes.make(`rover ${i}`, ROOM);
  expect(() => scenes.make('one more', ROOM)).toThrow(expect.objectContaining({ code: 'NOT_ALLOWED' }));
  scenes.make('rover', ROOM); // in place of its own
  scenes.get('rover 1')?.close();
  scenes.make('one more', ROOM);
});
