/**
 * The page in a real Chromium: how fluent it is with 20 live charts at 10 Hz and over 200 boards at 10 samples a second each, by the
 * browser's own tracing, beside an empty page in the same run; how soon it can be used on a processor that is slowed down four times;
 * and what a page costs the hub.
 *
 *   npm run -s bench:page -- [ROUNDS]
 *
 * Goals: 60 frames a second, that is at most 16.7 ms for one; usable within 1.5 s.
 */
import { cpus } from 'node:os';
import type { Browser, Page } from 'playwright-core';
import { median, spread, table } from './figures.ts';
import { Child } from './kit/children.ts';
import { openPage, PONG, textFrame } from './live/page-socket.ts';
import { pageAndBrowser } from './page/browser.ts';
import type { HubStart, HubUse } from './page/hub.ts';
import { type Fluency, fluency } from './page/trace.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const SECONDS = 6;
const HZ = 10;
const SLOWED = 4;
/** Only what hangs meets it. */
const PATIENCE_MS = 120_000;
/** Pages beside it, for what one costs. */
const PAGES = 20;
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1_280, height: 800 };

const { folder, browser } = await pageAndBrowser();

/** A hub with boards that send. */
async function world(
  boards: number,
  metrics: number,
): Promise<{ hub: Child; at: HubStart; end(): Promise<void> }> {
  const hub = new Child(new URL('./page/hub.ts', import.meta.url), [folder]);
  const at = await hub.hears<HubStart>();
  const args = [at.tcp, boards, metrics, HZ].map(String);
  const senders = new Child(new URL('./page/boards.ts', import.meta.url), args);
  await senders.hears();
  return { hub, at, end: async () => void (await Promise.all([senders.end(), hub.end()])) };
}

async function signedIn(on: Browser, { url, token }: HubStart, viewport = DESK): Promise<Page> {
  const context = await on.newContext({ viewport });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto(`${url}/#t=${token}`);
  await page.locator('#content h1').waitFor();
  return page;
}

/** What a browser without any page of ours does on this machine now. */
async function emptyPage(): Promise<Fluency> {
  const page = await browser.newPage({ viewport: DESK });
  await page.setContent('<p>nothing</p>');
  const seen = await fluency(browser, page, SECONDS);
  await page.close();
  return seen;
}

async function charts(): Promise<Fluency> {
  const { at, end } = await world(1, 20);
  const page = await signedIn(browser, at);
  await page.goto(`${at.url}/board/${encodeURIComponent('board 1')}`);
  await page.getByRole('button', { name: '1 min' }).click();
  await page.locator('.chart canvas').nth(19).waitFor();
  const seen = await fluency(browser, page, SECONDS);
  await page.context().close();
  await end();
  return seen;
}

interface Overview extends Fluency {
  /** Milliseconds of the hub's CPU in a second: without a page, and for each. */
  aloneMs: number;
  pageMs: number;
}

async function overview(): Promise<Overview> {
  const { hub, at, end } = await world(200, 3);
  const page = await signedIn(browser, at);
  await page.locator('.card').nth(199).waitFor();
  const seen = await fluency(browser, page, SECONDS);
  await page.context().close();
  const use = async (): Promise<number> => {
    await hub.ask({});
    await new Promise((done) => setTimeout(done, SECONDS * 1_000));
    const { cpuMs, wallMs } = await hub.ask<HubUse>({});
    return (1_000 * cpuMs) / wallMs;
  };
  const aloneMs = await use();
  const live = `${at.url.replace('http', 'ws')}/api/v1/live`;
  const sockets = await Promise.all(Array.from({ length: PAGES }, () => openPage(live, at.token, () => {})));
  const alive = setInterval(() => {
    for (const socket of sockets) socket.write(PONG);
  }, 4_000);
  for (const socket of sockets) socket.write(textFrame('{"sub":["overview"]}'));
  const withPages = await use();
  clearInterval(alive);
  for (const socket of sockets) socket.destroy();
  await end();
  return { ...seen, aloneMs, pageMs: (withPages - aloneMs) / PAGES };
}

/** Milliseconds from the beginning of the navigation until boards are shown and the page answers, by its own clock. */
async function usable(at: HubStart): Promise<number> {
  const page = await signedIn(browser, at, PHONE);
  const session = await page.context().newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
  await page.addInitScript(`(() => {
    const look = () => {
      if (!document.querySelector('.card')) return requestAnimationFrame(look);
      setTimeout(() => { globalThis.usableAt = performance.now(); }, 0);
    };
    requestAnimationFrame(look);
  })()`);
  await page.reload();
  let ms: number | undefined;
  while (ms === undefined) ms = await page.evaluate<number | undefined>('globalThis.usableAt');
  await page.context().close();
  return ms;
}

const seen = {
  empty: [] as Fluency[],
  charts: [] as Fluency[],
  overview: [] as Overview[],
  usable: [] as number[],
};
try {
  for (let round = 0; round < ROUNDS; round++) {
    seen.empty.push(await emptyPage());
    seen.charts.push(await charts());
    seen.overview.push(await overview());
    const { at, end } = await world(3, 3);
    seen.usable.push(await usable(at));
    await end();
  }
} finally {
  await browser.close();
}

const of = <T>(all: readonly T[], what: (one: T) => number): number[] => all.map(what);
const row = (name: string, all: readonly Fluency[]): string[] => [
  name,
  spread(of(all, ({ fps }) => fps)),
  spread(of(all, ({ mainMs }) => mainMs)),
  spread(of(all, ({ mainMs }) => mainMs / 60)),
  spread(of(all, ({ longestMs }) => longestMs)),
];
console.log(
  `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}, Chromium ${browser.version()}, no GPU; medians (least to most) of ${ROUNDS} rounds`,
);
table([
  ['', 'frames/s', 'main thread, ms of CPU a second', 'for a frame of 60', 'longest task, ms of CPU'],
  row('an empty page', seen.empty),
  row('20 charts at 10 Hz', seen.charts),
  row('200 boards at 10 Hz', seen.overview),
]);
console.log(`usable on a processor slowed ${SLOWED} times: ${spread(seen.usable, 0)} ms (goal: 1500)`);
console.log(
  `200 boards at ${HZ} samples/s: the hub uses ${spread(of(seen.overview, ({ aloneMs }) => aloneMs))} ms of CPU a second without a page, ${spread(
    of(seen.overview, ({ pageMs }) => pageMs),
    2,
  )} more for each (${median(of(seen.overview, ({ pageMs }) => pageMs / 10)).toFixed(2)} % of a core)`,
);
