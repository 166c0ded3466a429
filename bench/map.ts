/**
 * The page's map on a phone's screen in a real Chromium, while it changes 20 times a second, and while a run is played again eight
 * times as fast: by the browser's own tracing, beside an empty page in the same run.
 *
 *   npm run -s bench:map -- [ROUNDS]
 *
 * Goal: 60 frames a second, that is as many as the empty page has, and at most 16.7 ms of the main thread for one.
 */
import { cpus } from 'node:os';
import type { Page } from 'playwright-core';
import { spread, table } from './figures.ts';
import { Child } from './kit/children.ts';
import { pageAndBrowser } from './page/browser.ts';
import type { HubStart } from './page/hub.ts';
import { type Fluency, fluency } from './page/trace.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const SECONDS = 6;
/** Only what hangs meets it. */
const PATIENCE_MS = 120_000;
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };
/** Milliseconds until what a browser does for a new page is over. */
const SETTLE_MS = 2_000;

const { folder, browser } = await pageAndBrowser();

async function onPhone(show: (page: Page) => Promise<unknown>): Promise<Fluency> {
  const context = await browser.newContext(PHONE);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await show(page);
  await page.waitForTimeout(SETTLE_MS);
  const seen = await fluency(browser, page, SECONDS);
  await context.close();
  return seen;
}

async function live(page: Page, { url, token }: HubStart): Promise<void> {
  await page.goto(`${url}/board/rover/map#t=${token}`);
  await page.locator('.stage .rover').waitFor();
}

async function replay(page: Page, at: HubStart): Promise<void> {
  await live(page, at);
  await page.getByRole('button', { name: 'Replay the last run' }).click();
  await page.getByLabel('Speed').selectOption('8');
  await page.getByRole('slider', { name: 'Moment' }).fill('0');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
}

const seen = { empty: [] as Fluency[], live: [] as Fluency[], replay: [] as Fluency[] };
const hub = new Child(new URL('./map/hub.ts', import.meta.url), [folder]);
try {
  const at = await hub.hears<HubStart>();
  // As much of a run as is played again, before the first replay.
  await new Promise((done) => setTimeout(done, 8 * SECONDS * 1_000));
  for (let round = 0; round < ROUNDS; round++) {
    seen.empty.push(await onPhone((page) => page.setContent('<p>nothing</p>')));
    seen.live.push(await onPhone((page) => live(page, at)));
    seen.replay.push(await onPhone((page) => replay(page, at)));
  }
} finally {
  await hub.end();
  await browser.close();
}

const row = (name: string, all: readonly Fluency[]): string[] => [
  name,
  spread(all.map(({ fps }) => fps)),
  spread(all.map(({ mainMs }) => mainMs)),
  spread(all.map(({ mainMs }) => mainMs / 60)),
  spread(all.map(({ longestMs }) => longestMs)),
];
console.log(
  `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}, Chromium ${browser.version()}, no GPU; medians (least to most) of ${ROUNDS} rounds`,
);
table([
  ['', 'frames/s', 'main thread, ms of CPU a second', 'for a frame of 60', 'longest task, ms of CPU'],
  row('an empty page', seen.empty),
  row('a map, 20 changes a second', seen.live),
  row('a run again, 8 times as fast', seen.replay),
]);
