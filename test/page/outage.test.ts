/** A hub that goes and comes back: what the page says meanwhile, and what it has after it. */
import { expect, test } from 'vitest';
import { describeInBrowser, expectTrouble, newPage } from '../helpers/browser.ts';
import { example, World } from './world.ts';

/** Of the least and the greatest value of a chart. */
const summary = (metric: string, least: number, most: number): RegExp =>
  new RegExp(`^${metric}: min ${least} · mean [\\d.]+ · max ${most}$`);

/** Of a window, as much as is used here: Node has no types of the browser's. */
interface Styles {
  getComputedStyle(of: unknown): { opacity: string };
}

describeInBrowser('the page: over a restart of the hub', () => {
  test('in mid-view: it says so, greys what it shows, and goes on without a reload, nothing left out', async () => {
    expectTrouble(/CONNECTION_REFUSED|WebSocket/);
    const world = await World.start();
    for (const temp of [20, 21]) await world.post('pump', { temp });
    await world.post('pump', 'hello');
    const page = await newPage();
    let mayAsk = Promise.resolve();
    await page.routeWebSocket('**/live', (socket) => {
      const hub = socket.connectToServer();
      socket.onMessage((message) => void mayAsk.then(() => hub.send(message)));
    });
    await page.goto(world.link());
    await page.getByRole('link', { name: /pump/ }).click();
    await page.getByRole('log').getByText('hello').waitFor();
    await page.getByRole('img', { name: summary('temp', 20, 21) }).waitFor();
    await page.evaluate('globalThis.isTheSame = true');

    await world.end();
    await page.getByRole('alert').filter({ hasText: 'The hub does not answer' }).waitFor();
    const chart = page.getByRole('figure');
    // Greyed, by a style that the page sets when it does not know what is now.
    const opacity = await chart.evaluate(
      (it) => (globalThis as unknown as Styles).getComputedStyle(it).opacity,
    );
    expect(Number(opacity)).toBeLessThan(1);
    expect(await chart.isVisible()).toBe(true);

    // The page is back, and asks for what comes only when some of it has come already.
    const said = Promise.withResolvers<void>();
    mayAsk = said.promise;
    await world.begin();
    await world.post('pump', { temp: 30 });
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await world.post('pump', { temp: 31 });
    await world.post('pump', 'I was here');
    said.resolve();
    await page.getByRole('img', { name: summary('temp', 20, 31) }).waitFor();
    await page.getByRole('log').getByText('I was here').waitFor();
    expect(await page.getByRole('log').getByText('hello').count()).toBe(1);
    expect(await page.evaluate('globalThis.isTheSame')).toBe(true);
  });

  test('a phone that is in the network again does not wait for its next try', async () => {
    expectTrouble(/CONNECTION_REFUSED|WebSocket/);
    const world = await World.start();
    const page = await world.visit();
    await page.clock.install();
    await world.end();
    await page.getByRole('alert').waitFor();
    await page.clock.pauseAt(Date.now() + 86_400_000); // no timer of the page runs any more
    await world.begin();
    await page.evaluate('dispatchEvent(new Event("online"))');
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  test('a board that comes back to the hub is online on the page again', async () => {
    expectTrouble(/CONNECTION_REFUSED|WebSocket/);
    const world = await World.start();
    await world.board('greenhouse', example('board-library/main.py'));
    const page = await world.visit();
    const card = page.getByRole('listitem').filter({ hasText: 'greenhouse' });
    await card.getByText('online').waitFor();
    await world.end();
    await page.getByRole('alert').waitFor();
    await world.begin();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await card.getByText('online').waitFor();
    await card.getByRole('link').click();
    const lamp = page.getByRole('form', { name: 'lamp' });
    await lamp.getByRole('switch').click();
    await lamp.getByRole('status').filter({ hasText: 'done' }).waitFor();
  });

  test('a page that is opened after it has the values and the chart of before', async () => {
    const world = await World.start();
    for (const temp of [5, 6, 7]) await world.post('pump', { temp });
    await world.end();
    await world.begin();
    const page = await world.visit();
    const card = page.getByRole('listitem').filter({ hasText: 'pump' });
    await card.getByText('7', { exact: true }).waitFor();
    await card.locator('polyline').waitFor({ state: 'attached' });
    await card.getByRole('link').click();
    await page.getByRole('img', { name: summary('temp', 5, 7) }).waitFor();
  });
});
