/** The page in a real browser: the system's Chromium, which shows what was built from web/ just now. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContextOptions,
  type ConsoleMessage,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { chromiumPath } from '../../scripts/chromium.ts';
import { buildPage } from '../../scripts/web.ts';

const CHROMIUM = chromiumPath();
const HINT = CHROMIUM
  ? ''
  : ' (skipped: needs Chromium, "apt install chromium", or KITELINE_CHROMIUM=/path/to/it)';

/** Only what hangs meets it; what is waited for comes as soon as it comes. */
const PATIENCE_MS = 60_000;

let browser: Browser | undefined;
let folder = '';
/** What no page of ours may do: errors in its console, and requests to anybody else. */
let troubles: string[] = [];
let expected: RegExp[] = [];

/** The built page, for `serveHttp({ page })`. */
export const builtPage = (): string => folder;

/** A suite that needs a browser: one for all of its tests. A test fails, too, when the console of a page had an error. */
export function describeInBrowser(title: string, body: () => void): void {
  describe.skipIf(!CHROMIUM)(`${title}${HINT}`, () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'kiteline-page-'));
      await buildPage(folder);
      browser = await chromium.launch({
        executablePath: CHROMIUM ?? '',
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      });
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });
    afterEach(() => {
      const seen = troubles.filter((trouble) => !expected.some((one) => one.test(trouble)));
      troubles = [];
      expected = [];
      expect(seen).toEqual([]);
    });
    body();
  });
}

/** Of this test's pages such errors are expected: browsers write what the network refuses into the console themselves. */
export function expectTrouble(pattern: RegExp): void {
  expected.push(pattern);
}

/** A browser of its own, with nothing kept, and a page in it that shows nothing yet. */
export async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  if (!browser) throw new Error('outside describeInBrowser');
  const context = await browser.newContext({ locale: 'en-US', colorScheme: 'light', ...options });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  watch(page);
  return page;
}

function watch(page: Page): void {
  page.on('console', (message: ConsoleMessage) => {
    if (['error', 'warning'].includes(message.type()))
      troubles.push(`${message.type()}: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => void troubles.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    const own = new URL(page.url());
    if (/^(https?|wss?):$/.test(protocol) && own.protocol !== 'about:' && host !== own.host)
      troubles.push(`elsewhere: ${request.url()}`);
  });
}
