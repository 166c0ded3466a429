import type { Context } from 'hono';
import type { Scenes } from '../hub/scenes/scenes.ts';
import { say } from '../language.ts';
import { problem } from './problem.ts';

/** `GET /api/v1/boards/NAME/scene`: the map that an app draws of a board, as it is now. */
export function getScene(c: Context, scenes: Scenes): Response {
  const board = c.req.param('name') ?? '';
  const scene = scenes.get(board);
  return scene ? c.json(scene.whole()) : noMap(c, board);
}

/** `GET /api/v1/boards/NAME/scene/run`: the run that is under way, or the last that has ended. */
export function getSceneRun(c: Context, scenes: Scenes): Response {
  const board = c.req.param('name') ?? '';
  const scene = scenes.get(board);
  if (!scene) return noMap(c, board);
  const run = scene.run();
  if (run) return c.json(run);
  return problem(
    c,
    404,
    say(
      `${board} has not been sent anywhere since its map was made.`,
      `自地图创建以来，${board} 还没有被派往任何地方。`,
    ),
  );
}

const noMap = (c: Context, board: string): Response =>
  problem(
    c,
    404,
    say(
      `There is no map of ${board}: no app of this hub draws one.`,
      `没有 ${board} 的地图：本中枢没有应用绘制它。`,
    ),
  );
