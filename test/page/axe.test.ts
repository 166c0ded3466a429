/** Every view, in both appearances, as a checker of accessibility sees it; and on a narrow phone, where nothing may stick out. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, newPage } from '../helpers/browser.ts';
import { example, World } from './world.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious or critical. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(`${AXE}; undefined`);
  const { violations } = await page.evaluate<AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** How far the page can be scrolled to the side, in pixels. */
const sideways = (page: Page): Promise<number> =>
  page.evaluate('document.scrollingElement.scrollWidth - document.documentElement.clientWidth');

const PLAIN = 'a peer with a name that is as long as a name may be on a page';

describeInBrowser('the page: accessible, and as narrow as a phone', () => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [360, 1_280])
      test(`${colorScheme}, ${width} pixels wide`, async () => {
        const world = await World.start();
        const options = { colorScheme, viewport: { width, height: 800 } };
        const stranger = await newPage(options);
        await stranger.goto(world.url);
        expect(await findings(stranger)).toEqual([]);
        expect(await sideways(stranger)).toBe(0);

        const page = await world.visit(options);
        await page.getByText('No board has sent anything yet.').waitFor();
        expect(await findings(page)).toEqual([]);
        expect(await sideways(page)).toBe(0);

        await world.board('greenhouse', example('board-library/main.py'));
        await world.board('rover', example('steering/main.py'));
        await world.board('arm', readFileSync(new URL('arm.py', import.meta.url), 'utf8'));
        await world.board('cart', readFileSync(new URL('cart.py', import.meta.url), 'utf8'));
        const scene = world.hub.scene('cart', { cell: 0.05, width: 60, height: 40 });
        scene.goal = [2, 1];
        scene.rover = { x: 1, y: 1, heading: 0, range: 1 };
        scene.mark(900, 100);
        const gate = await world.board('gate', example('steering/main.py'));
        await gate.board.stop();
        await world.post(PLAIN, {
          some_metric_with_a_name_that_does_not_end: 1_234_567.891,
          text: 'x'.repeat(200),
        });
        await world.post(PLAIN, 'word'.repeat(100));
        await page.getByRole('listitem').filter({ hasText: 'gate' }).getByText(/^lost/).waitFor();
        await page.getByRole('listitem').filter({ hasText: PLAIN }).getByText('1,234,570').waitFor();
        const seen: Record<string, string[]> = {};
        const look = async (view: string) => {
          const wide = await sideways(page);
          const found = [...(await findings(page)), ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
          if (found.length > 0) seen[view] = found;
        };
        for (const [metric, when, value] of [
          ['temp', 'above', -100],
          ['temp', 'below', 100],
          ['not there yet', 'silent', 60_000],
        ])
          await world.hub.alerts.add({ board: 'greenhouse', metric, when, value });
        await page.getByText('temp below 100 °C').first().waitFor();
        await look('boards');
        for (const name of ['greenhouse', 'rover', 'arm', 'gate', PLAIN]) {
          await page.goto(`${world.url}/board/${encodeURIComponent(name)}`);
          await page.getByRole('heading', { name: 'Counters' }).waitFor();
          const [alerts] = await page.getByText(/^Alerts for /).all();
          await alerts?.click();
          if (name === 'arm') {
            const fault = page.getByRole('form', { name: 'fault' });
            await fault.getByRole('button').click();
            await fault
              .getByRole('status')
              .filter({ hasText: /^failed/ })
              .waitFor();
            await page.getByText('Traceback').first().waitFor();
          }
          await look(name);
        }
        for (const path of ['add', 'alerts', 'console', 'settings', 'api']) {
          await page.goto(`${world.url}/${path}`);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await look(path);
        }
        await page.goto(`${world.url}/board/cart/map`);
        await page.getByRole('group', { name: 'drive' }).waitFor();
        await look('map');
        await page.getByRole('button', { name: 'Replay the last run' }).click();
        await page.getByRole('slider', { name: 'Moment' }).waitFor();
        await look('replay');
        await page.goto(`${world.url}/board/greenhouse/map`);
        await page.getByText('No app of the hub draws a map').waitFor();
        await look('no map');
        await page.goto(`${world.url}/add`);
        await page.getByLabel('Name', { exact: true }).fill('greenhouse');
        await page.getByRole('button', { name: 'Go on without a key' }).click();
        await page.getByText('greenhouse is there').waitFor();
        await look('steps');
        expect(seen).toEqual({});
      });
});
