/**
 * Pictures of the page, into docs/images: a phone and a desk, light and dark, English and Chinese; of a hub and of virtual boards that
 * are started here. `npm run screenshots`, or `-- --all FOLDER` for every one of them in full length, to look at.
 *
 * It needs Chromium (Debian: `apt install chromium`, or KITELINE_CHROMIUM=/path/to/it), and for the Chinese pictures a font that has
 * the glyphs (Debian: `apt install fonts-noto-cjk`).
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createHub, type HttpServer, type Hub, serveHttp } from '../src/index.ts';
import { setLanguage } from '../src/language.ts';
import { Air, boardLibrary, type VirtualBoard, virtualBoard } from '../src/virtual/index.ts';
import { chromiumPath } from './chromium.ts';
import { shootMap } from './screenshots/map.ts';
import { buildPage } from './web.ts';

const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1_280, height: 800 } };
const LANGUAGES = { en: 'en-GB', zh: 'zh-CN' } as const;
const APPEARANCES = ['light', 'dark'] as const;
/** Those that are kept: the rest is to look at. */
const KEPT = [
  'boards-desk-light-en',
  'rover-phone-dark-en',
  'rover-desk-light-zh',
  'boards-phone-light-zh',
  'map-phone-light-en',
  'map-phone-light-zh',
  'map-desk-dark-en',
  'map-desk-light-zh',
];
const VIEWS = ['boards', 'rover', 'alerts', 'add', 'adding', 'console', 'settings'];
const HOUR = 3_600_000;

const root = join(import.meta.dirname, '..');
const allAt = process.argv.indexOf('--all');
const isAll = allAt > 0;
const out = isAll ? (process.argv[allAt + 1] ?? 'screenshots') : join(root, 'docs/images');

const program = (path: string): string => readFileSync(join(root, path), 'utf8');

/** An hour of one metric, a value each ten seconds. */
async function past(url: string, board: string, metric: string, unit: string, at: (t: number) => number) {
  const now = Date.now();
  const lines = Array.from({ length: 360 }, (_, i) => {
    const t = (now - HOUR + i * 10_000) / 1_000;
    return `${JSON.stringify([{ n: metric, u: unit, t, v: Math.round(at(i / 60) * 100) / 100 }])}\n`;
  });
  const answer = await fetch(`${url}/samples?board=${board}`, { method: 'POST', body: lines.join('') });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Boards as a household has them: with the library and plain, there and lost. */
async function begin(hub: Hub, server: HttpServer): Promise<VirtualBoard[]> {
  const port = hub.listening.tcp?.port;
  const air = new Air();
  const boards: VirtualBoard[] = [];
  const start = async (name: string, path: string): Promise<VirtualBoard> => {
    const there = new Promise<void>((done) =>
      hub.on('presence', ({ board, state }) => board === name && state === 'online' && done()),
    );
    const settings = { name, hub: `127.0.0.1:${port}`, wifi: [{ ssid: 'workshop', password: 'kiteline' }] };
    const board = await virtualBoard({
      name,
      air,
      files: { ...boardLibrary(), 'kiteline.json': JSON.stringify(settings), 'main.py': program(path) },
    });
    boards.push(board);
    void board.run();
    await there;
    return board;
  };
  await hub.alerts.add({ board: 'rain-barrel', metric: 'level', when: 'above', value: 0.85 });
  await hub.alerts.add({ board: 'greenhouse', metric: 'temp', when: 'silent', value: 600_000 });
  await past(server.url, 'greenhouse', 'temp', 'Cel', (t) => 22 + 3 * Math.sin(t / 2) + Math.sin(t * 9) / 4);
  await past(server.url, 'cellar', 'humidity', '%RH', (t) => 71 - t + Math.sin(t * 5));
  await past(server.url, 'rain-barrel', 'level', 'm', (t) => 0.4 + t / 12);
  await start('rover', 'scripts/screenshots/rover.py');
  await start('greenhouse', 'examples/board-library/main.py');
  const gate = await start('gate', 'examples/steering/main.py');
  const lost = new Promise<void>((done) =>
    hub.on('presence', ({ board, state }) => board === 'gate' && state === 'lost' && done()),
  );
  await gate.stop();
  await lost;
  return boards;
}

/** What browsers there are, and what each takes. */
function* looks() {
  for (const [size, viewport] of Object.entries(SIZES))
    for (const [language, locale] of Object.entries(LANGUAGES) as ['en' | 'zh', string][])
      for (const colorScheme of APPEARANCES)
        yield {
          name: `${size}-${colorScheme}-${language}`,
          language,
          options: { viewport, locale, colorScheme },
        };
}

const isWanted = (name: string): boolean => isAll || KEPT.includes(name);
const pathOf = (name: string): string => join(out, `${name}.png`);

async function shoot(browser: Browser, server: HttpServer): Promise<void> {
  for (const { name, language, options } of looks()) {
    const views = VIEWS.filter((view) => isWanted(`${view}-${name}`));
    if (views.length === 0) continue;
    setLanguage(language);
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${server.url}/#t=${server.token}`);
    for (const view of views) {
      await show(page, server.url, view);
      await page.screenshot({ path: pathOf(`${view}-${name}`), fullPage: isAll });
    }
    await context.close();
  }
}

/** Of views that are not called as their paths. */
const PATHS: Partial<Record<string, string>> = { boards: '/', rover: '/board/rover', adding: '/add' };

async function show(page: Page, url: string, view: string): Promise<void> {
  const path = PATHS[view] ?? `/${view}`;
  await page.locator('#content h1').waitFor();
  if (path !== new URL(page.url()).pathname || view === 'adding') await page.goto(url + path);
  if (view === 'boards') await page.locator('.card').nth(4).waitFor();
  if (view === 'rover') {
    await page.locator('canvas').nth(2).waitFor();
    await page.getByRole('switch').click();
    await page.locator('.outcome.is-done').first().waitFor();
    await page.locator('form.control[aria-label="dock"] button').click();
    await page.locator('.outcome.is-failed').first().waitFor();
    await page.evaluate('scrollTo(0, 0)');
  }
  if (view === 'adding') {
    await page.locator('#name').fill('greenhouse');
    await page.locator('button.second').click();
    await page.locator('.arrival.is-there').waitFor();
  }
}

const executablePath = chromiumPath();
if (executablePath === undefined) {
  console.error('It needs Chromium: "apt install chromium", or KITELINE_CHROMIUM=/path/to/it.');
  process.exit(1);
}
mkdirSync(out, { recursive: true });
const built = mkdtempSync(join(tmpdir(), 'kiteline-page-'));
await buildPage(built);
const hub = createHub();
await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
hub.method('plan', () => ({ seconds: 20 }));
const server = await serveHttp(hub, { host: '127.0.0.1', port: 0, page: built });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
let boards: VirtualBoard[] = [];
try {
  boards = await begin(hub, server);
  await shoot(browser, server);
  const maps = [...looks()].filter(({ name }) => isWanted(`map-${name}`));
  await shootMap(
    browser,
    built,
    maps.map(({ name, options }) => ({ options, path: pathOf(`map-${name}`), fullPage: isAll })),
  );
} finally {
  await browser.close();
  await Promise.all(boards.map((board) => board.close()));
  await server.close();
  await hub.close();
  rmSync(built, { recursive: true, force: true });
}
