/** Pictures of a rover's map: examples/rover drives a virtual rover through a flat that it does not know, four times as fast as on a desk. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import rover from '../../examples/rover/hub.ts';
import { createHub, type HttpServer, type Hub, serveHttp } from '../../src/index.ts';
import { Air, boardLibrary, placeRover, Room, virtualBoard } from '../../src/virtual/index.ts';

const examples = join(import.meta.dirname, '../../examples/rover');
const START = { x: 1, y: 2.35, heading: 0 };
/** Metres from there: first to the other end of the flat, then back as far as a picture shows the way. */
const OUT = { x: 4.5, y: -0.9 };
const BACK = { x: 0.2, y: 1.4 };
/** Metres that it has driven on its way back when it is taken. */
const UNDER_WAY = 1.2;
/** Milliseconds of the rover's time that each way may take: more than three times what it does. */
const PATIENCE_MS = 300_000;

/** A picture to take: what a browser is like, and where it goes. */
export interface Shot {
  options: BrowserContextOptions;
  path: string;
  fullPage: boolean;
}

/** @param built the folder of the page */
export async function shootMap(browser: Browser, built: string, shots: readonly Shot[]): Promise<void> {
  const air = new Air({ speed: 4 });
  const hub = createHub({ clock: air.clock });
  rover(hub);
  await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
  const server = await serveHttp(hub, { host: '127.0.0.1', port: 0, page: built });
  const board = await virtualBoard({
    name: 'rover',
    air,
    files: {
      ...boardLibrary(),
      'kiteline.json': JSON.stringify({
        name: 'rover',
        hub: `127.0.0.1:${hub.listening.tcp?.port}`,
        wifi: [{ ssid: 'workshop', password: 'kiteline' }],
      }),
      'main.py': readFileSync(join(examples, 'main.py')),
    },
  });
  const room = Room.parse(readFileSync(join(examples, 'rooms/flat.map'), 'utf8'), { cell: 0.05 });
  const placed = placeRover(board, { room, pose: START });
  try {
    const online = state(hub, (_, values) => values.has('range'));
    void board.run();
    await online;
    const pages = await Promise.all(shots.map(({ options }) => open(browser, server, options)));
    await within(air, 'has not arrived', arrival(hub));
    const from = placed.pose;
    await send(hub, BACK);
    const moved = new Promise<void>((done) =>
      placed.on('moved', ({ x, y }) => Math.hypot(x - from.x, y - from.y) > UNDER_WAY && done()),
    );
    await within(air, 'does not come back', moved);
    await Promise.all(
      shots.map(({ path, fullPage }, i) => pages[i]?.screenshot({ path, fullPage, animations: 'allow' })),
    );
    for (const page of pages) await page.context().close();
  } finally {
    placed.close();
    await board.close();
    await server.close();
    await hub.close();
  }
}

async function open(browser: Browser, server: HttpServer, options: BrowserContextOptions): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(`${server.url}/board/rover/map#t=${server.token}`);
  await page.locator('.stage .rover').waitFor();
  return page;
}

async function send(hub: Hub, place: { x: number; y: number }): Promise<void> {
  const outcome = await hub.board('rover')?.command('goto', place, { deadline: PATIENCE_MS });
  if (outcome?.outcome !== 'done') throw new Error(`goto: ${outcome?.outcome}`);
}

/** At the other end of the flat. */
async function arrival(hub: Hub): Promise<void> {
  const ended = state(hub, (said) => said === 'arrived');
  await send(hub, OUT);
  await ended;
}

/** Resolves with the first sample that is so. */
const state = (
  hub: Hub,
  isSo: (state: unknown, values: ReadonlyMap<string, unknown>) => boolean,
): Promise<void> =>
  new Promise((done) => hub.on('sample', ({ values }) => isSo(values.get('state'), values) && done()));

/** @throws when it takes too long: then this machine has much else to do, or the rover has found no way */
const within = (air: Air, what: string, wanted: Promise<void>): Promise<void> =>
  new Promise((resolve, reject) => {
    const alarm = air.clock.alarm(PATIENCE_MS, () => reject(new Error(`The rover ${what}: run it again.`)));
    wanted.finally(() => alarm.cancel()).then(resolve, reject);
  });
