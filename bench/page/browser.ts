/** The page, built, and this machine's Chromium to look at it; a bench that needs them ends with a sentence where there is none. */
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { chromiumPath } from '../../scripts/chromium.ts';
import { buildPage } from '../../scripts/web.ts';
import { tempFolder } from '../kit/children.ts';

/** @returns the folder with the page, gone with the process, and the browser */
export async function pageAndBrowser(): Promise<{ folder: string; browser: Browser }> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) {
    console.error('It needs Chromium: "apt install chromium", or KITELINE_CHROMIUM=/path/to/it.');
    process.exit(1);
  }
  const folder = join(tempFolder(), 'page');
  await buildPage(folder);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  return { folder, browser };
}
