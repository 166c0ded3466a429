/**
 * The page's icons as pictures, from web/public/icon.svg: phones take no SVG for the home screen. `node scripts/icons.ts`, after a
 * change of it; it needs Chromium (scripts/chromium.ts). One is for launchers that cut icons to a shape of their own: it fills
 * the square, and keeps to the middle of it (W3C, Web App Manifest, "maskable").
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumPath } from './chromium.ts';

const ICONS = [
  { file: 'icon-192.png', size: 192 },
  { file: 'icon-512.png', size: 512 },
  { file: 'icon-maskable.png', size: 512, isMaskable: true },
  { file: 'apple-touch-icon.png', size: 180, isMaskable: true },
];
/** Of the icon's width; the safe zone is a circle of 80 %. */
const INSIDE = 0.86;

const folder = join(import.meta.dirname, '../web/public');
const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
const back = /<rect [^>]*fill="(#[0-9a-f]+)"/.exec(svg)?.[1] ?? '#000';

const executablePath = chromiumPath();
if (executablePath === undefined) {
  console.error('It needs Chromium: "apt install chromium", or KITELINE_CHROMIUM=/path/to/it.');
  process.exit(1);
}
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  for (const { file, size, isMaskable = false } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const inner = Math.round(size * (isMaskable ? INSIDE : 1));
    const sized = svg.replace('<svg ', `<svg width="${inner}" height="${inner}" `);
    const body = `margin:0;display:grid;place-items:center;height:100vh;background:${isMaskable ? back : 'transparent'}`;
    await page.setContent(`<body style="${body}">${sized}</body>`);
    await page.screenshot({ path: join(folder, file), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
