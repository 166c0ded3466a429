/** Alerts over the page's WebSocket: whole at first, whole again when something has changed, and never the webhook's address. */
import { expect, test } from 'vitest';
import type { AlertsState } from '../../src/hub/alerts/rule.ts';
import { start } from './start.ts';
import { soon, TestPage } from './test-page.ts';

test('a page gets the rules as they are, and anew when one is added, fires or is removed; a viewer’s, too', async () => {
  const context = await start();
  const { hub, post, clock, server } = context;
  const rule = { board: 'pump', metric: 'temp', when: 'above', value: 30 };
  await hub.alerts.setWebhook('http://127.0.0.1:1/s3cret');
  const { id } = await hub.alerts.add(rule);
  const viewer = await server.tokens.add('viewer', 'tablet');
  const page = new TestPage(server.port, { headers: { authorization: `Bearer ${viewer.secret}` } });
  const heard: string[] = [];
  const told = (isSo: (state: AlertsState) => boolean) =>
    soon(
      clock,
      page.next((message) => {
        heard.push(JSON.stringify(message));
        return 'ch' in message && message.ch === 'alerts' && isSo(message) ? message : undefined;
      }),
    );
  await page.next((message) => ('hello' in message ? message : undefined));
  page.say({ sub: ['alerts'] });
  expect(await told(() => true)).toMatchObject({ rules: [{ id, ...rule }], webhook: { isSet: true } });
  const { id: other } = await hub.alerts.add({ ...rule, value: 20 });
  await told(({ rules }) => rules.length === 2);
  await post('{"temp":25}', '/samples?board=pump');
  const firing = await told(({ rules }) => rules.some((one) => one.firing));
  expect(firing.rules).toMatchObject([{ id: other, firing: { seen: 25 } }, { id }]);
  await hub.alerts.remove(other);
  await told(({ rules }) => rules.length === 1);
  expect(heard.join()).not.toContain('s3cret');
});
