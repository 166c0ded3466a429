/** A hub that serves the page, and an app that draws a map without a pause. For bench/map.ts. */
import { createHub, serveHttp } from '../../src/index.ts';
import { answerParent } from '../kit/answers.ts';
import type { HubStart } from '../page/hub.ts';

/** Cells along a side: as many as examples/rover has, 17 m. */
const SIDE = 568;
const CELL = 0.03; // metres
/** Milliseconds between two drawings: as often as pages are told. */
const EVERY_MS = 50;
/** Cells that a reading changes: a cone of 15° and 1.5 m has about 300, most of them as they were. */
const CHANGED = 150;
/** Readings between two plans, and the places of one. */
const REPLAN = 10;
const PLACES = 30;

const host = '127.0.0.1';
const [page = ''] = process.argv.slice(2);
const hub = createHub();
const http = await serveHttp(hub, { host, port: 0, page });
const corner = (-SIDE * CELL) / 2;
const scene = hub.scene('rover', { cell: CELL, width: SIDE, height: SIDE, x: corner, y: corner });
const middle = SIDE / 2;
const mark = (dx: number, dy: number, value: number): void =>
  scene.mark((middle + dy) * SIDE + middle + dx, value);

// A room of 4.5 × 4.5 m, and the rover on a circle in it.
for (let dy = -75; dy < 75; dy++)
  for (let dx = -75; dx < 75; dx++) mark(dx, dy, 1 + ((dx * dx + dy * dy) % 20));
scene.goal = [1, 1];
let n = 0;
setInterval(() => {
  n++;
  const angle = (n * EVERY_MS) / 3_000;
  const [x, y] = [Math.cos(angle), Math.sin(angle)];
  scene.rover = { x, y, heading: angle + Math.PI / 2, range: 1.2 + 0.3 * Math.sin(n) };
  for (let i = 0; i < CHANGED; i++)
    mark(((n * 7 + i * 3) % 140) - 70, ((n * 13 + i) % 140) - 70, 1 + ((n + i) % 100));
  if (n % REPLAN === 0)
    scene.path = Array.from({ length: PLACES }, (_, i) => [x + i / 30, y + Math.sin(i / 9 + n) / 5] as const);
}, EVERY_MS);

answerParent({ tcp: 0, url: http.url, token: http.token } satisfies HubStart, async () => ({}));
