/** A hub that plans on one map: TCP, in memory, and the planner in its thread. For bench/plan-call.ts. */
import { createHub } from '../../src/index.ts';
import { Planner, type Point } from '../../src/plan/index.ts';
import { answerParent } from '../kit/answers.ts';
import { load, MADE } from '../plan/maps.ts';

export interface HubStart {
  readonly port: number;
  readonly ways: readonly (readonly [Point, Point])[];
}

/** A way through a maze has more corner points than a line of 8 KiB holds; a robot asks again long before the last of these. */
const POINTS = 100;

/** What a board gets for a call. */
export interface Planned {
  /** Its first corner points. */
  readonly path: readonly Point[];
  /** From the method's beginning to its end, ms: the way to the thread and back, and the thinking. */
  readonly inHub: number;
  /** That the thread thought, ms. */
  readonly thinking: number;
}

const [name, ways] = process.argv.slice(2);
const spec = MADE.find((made) => made.name === name);
if (!spec) throw new Error(`There is no map ${name}.`);
const map = load(spec, Number(ways));
const planner = new Planner(map.grid);
const hub = createHub();
hub.method('plan', async (params, { signal }): Promise<Planned> => {
  const began = performance.now();
  const { start, goal } = params as unknown as { start: Point; goal: Point };
  const { path, ms } = await planner.plan(start, goal, { signal });
  return { path: path.slice(0, POINTS), inHub: performance.now() - began, thinking: ms };
});
hub.method('nothing', () => null);
const { tcp } = await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
const start: HubStart = { port: tcp?.port ?? 0, ways: map.ways.map((way) => [way.start, way.goal]) };
answerParent(start, () => ({}));
