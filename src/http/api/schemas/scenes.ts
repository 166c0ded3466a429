import * as z from 'zod';
import type { ScenePatch, ScenePose, SceneRun, SceneWhole } from '../../../hub/scenes/messages.ts';
import { count, described, maybe, text, time, told } from './words.ts';

const place = () => z.tuple([z.number(), z.number()]).meta(told('x and y in metres', 'x 和 y，单位米'));

const Pose = described<ScenePose>('Pose', {
  x: z.number(),
  y: z.number(),
  heading: z.number().meta(told('radians, counter-clockwise from x', '弧度，自 x 轴逆时针')),
  range: maybe(z.number()),
  cone: maybe(z.number()),
});

const orNull = (schema: z.ZodType) => z.union([schema, z.null()]);
const run = { began: time(), ended: orNull(time()) };
const grid = { cell: z.number(), width: count(), height: count(), x: z.number(), y: z.number() };
const drawn = { path: z.array(place()), goal: orNull(place()), rover: orNull(Pose) };
const map = () => text().meta(told('all cells, packed', '全部单元格，压缩编码'));

export const Scene = described<SceneWhole>('Scene', {
  ...grid,
  ...drawn,
  run: orNull(z.object(run)),
  v: count(),
  map: map(),
  trail: z.array(place()),
});

const Patch = described<ScenePatch>('ScenePatch', {
  v: count(),
  at: time(),
  path: maybe(drawn.path),
  goal: maybe(drawn.goal),
  rover: maybe(drawn.rover),
  run: maybe(orNull(z.object(run))),
  cells: maybe(z.array(count())),
  map: maybe(map()),
});

export const Run = described<SceneRun>('SceneRun', {
  ...grid,
  ...run,
  cut: count(),
  start: z.object({ at: time(), map: map(), ...drawn }),
  patches: z.array(Patch),
});
