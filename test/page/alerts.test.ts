/** Alerts on the page: a rule is set under a chart, what fires is seen everywhere and posted, and a viewer looks on. */
import { expect, test } from 'vitest';
import { describeInBrowser, expectTrouble } from '../helpers/browser.ts';
import { Receiver, status } from '../hub/alerts/receiver.ts';
import { World } from './world.ts';

/** A board whose temperature another board's sample cannot change: it counts up from 20, ten a second. */
const HEATER = `
import kiteline
board = kiteline.Board()
temp = 20

@board.every(100, temp="Cel")
def read():
    global temp
    temp += 1
    return {"temp": temp}

board.run()
`;

describeInBrowser('the page: alerts', () => {
  test('a rule set under a chart fires when the virtual board crosses it: seen on the page, posted, and there after a restart', async () => {
    expectTrouble(/CONNECTION_REFUSED|WebSocket|400 \(Bad Request\)/);
    const world = await World.start();
    const receiver = await Receiver.start();
    const page = await world.visit();
    await page.getByRole('link', { name: 'Alerts' }).click();
    await page.getByText('There are no rules yet.').waitFor();
    await page.getByLabel('Address').fill(receiver.url);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByRole('button', { name: 'Try it' }).click();
    expect((await receiver.next()).body).toMatchObject({ type: 'test' });
    await page.getByText('The webhook took it.').waitFor();

    await world.post('heater', { temp: 19 });
    await page.getByRole('link', { name: 'Boards', exact: true }).click();
    await page.getByRole('link', { name: /heater/ }).click();
    await page.getByText('Alerts for temp').click();
    const form = page.getByRole('form', { name: 'A rule for temp' });
    await form.getByLabel('Bound').fill('30');
    await form.getByRole('button', { name: 'Add rule' }).click();
    const rule = page.getByRole('listitem').filter({ hasText: 'temp above 30' });
    await rule.getByText('quiet').waitFor();
    await form.getByLabel('Bound').fill('30');
    await form.getByRole('button', { name: 'Add rule' }).click();
    await form.getByRole('alert').filter({ hasText: 'such a rule already' }).waitFor();

    await world.board('heater', HEATER);
    const fired = await receiver.next();
    expect(fired.body).toMatchObject({ board: 'heater', metric: 'temp', state: 'firing', seen: 31 });
    await rule.getByText(/^firing since .*, at 31 °C$/).waitFor();
    await page.getByRole('link', { name: 'Alerts: 1' }).waitFor();
    await page.getByRole('log').getByText('temp above 30 °C: firing').waitFor();
    await page.getByRole('link', { name: 'Boards', exact: true }).click();
    await page
      .getByRole('link', { name: /heater/ })
      .getByText('temp above 30 °C')
      .waitFor();

    await page.evaluate('globalThis.isTheSame = true');
    await world.end();
    await page.getByRole('alert').filter({ hasText: 'The hub does not answer' }).waitFor();
    await world.begin();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Alerts: 1' }).click();
    await page
      .getByRole('listitem')
      .getByText(/at 31 °C$/)
      .waitFor();
    expect(await page.evaluate('globalThis.isTheSame')).toBe(true);
    await expect.poll(() => page.getByLabel('Address').inputValue()).toBe(receiver.url);

    // What fired before is not posted again: the next that comes is the test's.
    await page.getByRole('button', { name: 'Try it' }).click();
    expect((await receiver.next()).body).toMatchObject({ type: 'test' });
    // A receiver that has trouble, and then has gone, is told of here.
    receiver.answers(status(404));
    await world.hub.alerts.add({ board: 'heater', metric: 'temp', when: 'above', value: 31 });
    expect((await receiver.next()).body).toMatchObject({ value: 31, state: 'firing' });
    await page.getByText('Posted 0, waiting 0, lost 1.').waitFor();
    await page.getByText(/: The webhook answered with HTTP status 404\.$/).waitFor();
    receiver.close();
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByRole('status').filter({ hasText: 'cannot be reached (ECONNREFUSED)' }).waitFor();

    await page.getByRole('button', { name: 'Remove: temp above 31 °C' }).click();
    await page.getByRole('button', { name: 'Remove: temp above 30 °C' }).click();
    await page.getByText('There are no rules yet.').waitFor();
    expect(world.hub.alerts.state.rules).toEqual([]);
  });

  test('a viewer sees what fires, changes nothing, and is not told where it is posted to; in Chinese', async () => {
    const world = await World.start();
    const { secret } = await world.tokens.add('viewer', 'tablet');
    await world.hub.alerts.setWebhook('https://ntfy.example/s3cret');
    await world.hub.alerts.add({ board: 'cellar', metric: 'temp', when: 'below', value: 5, holdMs: 1 });
    await world.hub.alerts.add({ board: 'cellar', metric: 'temp', when: 'silent', value: 300_000 });
    await world.post('cellar', { temp: 2 });
    const page = await world.visit({ locale: 'zh-CN' }, secret);
    await page.getByRole('link', { name: '告警：1' }).click();
    await page
      .getByRole('listitem')
      .getByText(/起触发，当时为 2$/)
      .waitFor();
    await page.getByText('5分钟没有 temp').waitFor();
    await page.getByText('已发送 0').waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
    await page.getByRole('link', { name: 'cellar' }).click();
    await page.getByText('temp 的告警 (2)').click();
    await page.getByRole('listitem').getByText('正常').waitFor();
    expect(await page.getByRole('button', { name: /删除|添加规则/ }).count()).toBe(0);
    expect(await page.content()).not.toContain('s3cret');
    const answer = await page.evaluate<number>(
      "fetch('/api/v1/alerts', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).then((it) => it.status)",
    );
    expect(answer).toBe(403);
    expectTrouble(/403/);
  });
});
