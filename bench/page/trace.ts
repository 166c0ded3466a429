import type { Browser, Page } from 'playwright-core';

/** An event of the browser's own tracing (Trace Event Format), as much as is used here. */
interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds: when, how long, and how much of it the thread had the processor. */
  ts: number;
  dur?: number;
  tdur?: number;
  args: { data?: { isMainFrame?: boolean }; name?: string };
}

/** What a page did within some seconds. */
export interface Fluency {
  /** Frames that the browser drew, a second. */
  fps: number;
  /** Milliseconds of processor time of the page's main thread, a second. */
  mainMs: number;
  /** The longest task of it, in milliseconds of processor time. */
  longestMs: number;
}

const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
  'toplevel',
  '__metadata',
];

/** Asks for a frame as often as the screen shows one, as a finger does that scrolls: else the browser draws only what changes. */
const TICKER = `(() => {
  const probe = document.createElement('div');
  probe.style.cssText = 'position:fixed;right:0;bottom:0;width:2px;height:2px;background:red;z-index:9';
  document.body.append(probe);
  const tick = (t) => { probe.style.opacity = String(0.5 + (t % 100) / 200); requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
})()`;

/** Traces a page that is open for so many seconds. */
export async function fluency(browser: Browser, page: Page, seconds: number): Promise<Fluency> {
  await page.evaluate(TICKER);
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => void events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: CATEGORIES },
  });
  await page.waitForTimeout(seconds * 1_000);
  const complete = new Promise<void>((done) => session.once('Tracing.tracingComplete', () => done()));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  return summed(events, seconds);
}

function summed(events: readonly TraceEvent[], seconds: number): Fluency {
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  // The page's is the one that works.
  const perMain = mains.map(({ pid, tid }) => {
    const tasks = events.filter((one) => one.pid === pid && one.tid === tid && TASKS.has(one.name));
    const times = tasks.map(({ tdur = 0 }) => tdur / 1_000);
    return {
      pid,
      mainMs: times.reduce((sum, time) => sum + time, 0) / seconds,
      longestMs: Math.max(0, ...times),
    };
  });
  const main = perMain.sort((a, b) => b.mainMs - a.mainMs)[0] ?? {
    pid: 0,
    mainMs: Number.NaN,
    longestMs: Number.NaN,
  };
  const drawn = events.filter(({ name, pid }) => name === 'DrawFrame' && pid === main.pid).length;
  return { fps: drawn / seconds, mainMs: main.mainMs, longestMs: main.longestMs };
}

const TASKS = new Set(['RunTask', 'ThreadControllerImpl::RunTask']);
