/** What one does on the page beside steering: talk, search, look further back, take the values along. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { describeInBrowser, expectTrouble } from '../helpers/browser.ts';
import { World } from './world.ts';

describeInBrowser('the page: looking and talking', () => {
  test('the console talks to a plain peer, and shows what it answers', async () => {
    const world = await World.start();
    const peer = connect(world.tcpPort, '127.0.0.1');
    onTestFinished(() => void peer.destroy());
    peer.write('hello\n');
    await once(peer, 'data'); // the hub's own answer
    const page = await world.visit();
    await page.getByRole('link', { name: 'Console' }).click();
    await page.getByRole('log').getByText('hello').waitFor();
    await page.getByLabel('Line', { exact: true }).fill('on');
    const heard = once(peer, 'data');
    await page.keyboard.press('Enter');
    expect(String((await heard)[0])).toBe('on\n');
    await page.getByText('sent: on').waitFor();
    peer.write('the lamp is on\n');
    await page.getByRole('log').getByText('the lamp is on').waitFor();
  });

  test('of many boards those are found that are called so', async () => {
    const world = await World.start();
    for (let i = 1; i <= 12; i++) await world.post(`pump ${i}`, { temp: i });
    const page = await world.visit();
    const cards = page.getByRole('listitem');
    await cards.nth(11).waitFor();
    expect(await cards.getByRole('heading').allInnerTexts()).toEqual(
      Array.from({ length: 12 }, (_, i) => `pump ${i + 1}`),
    );
    await page.getByRole('searchbox').fill('PUMP 1');
    await cards.nth(4).waitFor({ state: 'detached' });
    expect(await cards.getByRole('heading').allInnerTexts()).toEqual([
      'pump 1',
      'pump 10',
      'pump 11',
      'pump 12',
    ]);
    await page.getByRole('searchbox').fill('valve');
    await page.getByText('No board is called so.').waitFor();
  });

  test('a card shows the signal that a board reports, and goes on telling when it was heard', async () => {
    const world = await World.start();
    await world.post('pump', { rssi: -70, temp: 20 });
    const page = await world.visit();
    const card = page.getByRole('listitem').filter({ hasText: 'pump' });
    await card.getByRole('img', { name: 'Wi-Fi signal −70 dBm' }).waitFor();
    expect(await card.locator('rect.is-full').count()).toBe(2);
    await page.clock.install();
    await page.clock.fastForward(600_000);
    await card.getByText('heard 10 minutes ago').waitFor();
    await world.post('pump', [{ n: 'rssi', v: -50, t: Date.now() / 1_000 + 600 }]);
    await card.getByText(/^plain socket · heard (just now|\d+ seconds ago)/).waitFor();
    await card.getByRole('img', { name: 'Wi-Fi signal −50 dBm' }).waitFor();
  });

  test('a range further back shows what was then, and the CSV has it', async () => {
    const world = await World.start();
    const before = (Date.now() - 3 * 3_600_000) / 1_000;
    await world.post('pump', [{ n: 'temp', t: before, v: 5 }]);
    for (const temp of [20, 21]) await world.post('pump', { temp });
    const page = await world.visit();
    await page.getByRole('link', { name: /pump/ }).click();
    await page.getByRole('img', { name: /^temp: min 20 / }).waitFor();
    await page.getByRole('button', { name: '6 hr' }).click();
    await page.getByRole('img', { name: /^temp: min 5 / }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    const path = await (await download).path();
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(4);
  });

  test('several metrics on one chart: of two units each has its axis, of a third none joins; it is kept', async () => {
    const world = await World.start();
    const pack = (inside: number, outside: number) => [
      { n: 'inside', u: 'Cel', v: inside },
      { n: 'outside', u: 'Cel', v: outside },
      { n: 'humidity', u: '%RH', v: 40 },
      { n: 'battery', u: 'V', v: 4 },
    ];
    await world.post('hut', pack(20, 5));
    await world.post('hut', pack(22, 4));
    const page = await world.visit();
    await page.getByRole('link', { name: /hut/ }).click();
    await page.getByRole('img').nth(3).waitFor();
    await page.getByText('On one chart').click();
    for (const metric of ['inside', 'outside', 'humidity'])
      await page.getByRole('checkbox', { name: metric }).check();
    const seen = async () => {
      const charts = page.getByRole('img', { name: /:/ });
      await charts.filter({ visible: true }).nth(1).waitFor();
      return charts.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    };
    const one = /^inside: min 20 · mean 21 · max 22; outside: min 4 · mean 4.5 · max 5; humidity: min 40 /;
    await page.getByRole('img', { name: one }).waitFor();
    expect(await seen()).toEqual([expect.stringMatching(one), expect.stringMatching(/^battery: min 4 /)]);
    expect(await page.locator('.is-together .u-axis').count()).toBe(3); // times, °C, %
    expect(await page.getByRole('checkbox', { name: 'battery' }).isDisabled()).toBe(true);
    await page.reload();
    await page.getByRole('img', { name: one }).waitFor();
    for (const metric of ['inside', 'outside', 'humidity'])
      await page.getByRole('checkbox', { name: metric }).uncheck();
    await page.getByRole('img', { name: /^inside: [^;]*$/ }).waitFor();
    await page.getByRole('img').nth(3).waitFor();
  });

  test('a past that comes too late to be wanted, and fails, takes nothing from the one that is', async () => {
    expectTrouble(/ERR_FAILED/);
    const world = await World.start();
    for (const temp of [20, 21]) await world.post('pump', { temp });
    const page = await world.visit();
    const [asked, asksAgain] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let asks = 0;
    await page.route('**/history?*', async (route) => {
      // The card that is just left may still be asking for its line.
      if (!route.request().frame().url().includes('/board/')) return route.continue();
      if (++asks === 1) {
        asked.resolve();
        await asksAgain.promise;
        await route.abort();
        return;
      }
      const failed = page.waitForEvent('requestfailed');
      asksAgain.resolve();
      await failed;
      await route.continue();
    });
    await page.goto(`${world.url}/board/pump`);
    await asked.promise;
    await page.getByRole('button', { name: '1 hr' }).click();
    await page.getByRole('img', { name: /^temp: min 20 / }).waitFor();
  });
});
