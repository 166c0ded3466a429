import { type Context, Hono } from 'hono';
import type { Alerts } from '../hub/alerts/alerts.ts';
import { alertLimits, checkWebhook } from '../hub/alerts/check.ts';
import { say } from '../language.ts';
import { WebhookAddress } from './api/schemas/alerts.ts';
import { Limit } from './bounded.ts';
import { isJson, membersIn, readAs } from './json-body.ts';
import { problem } from './problem.ts';

/** Bytes of a body: the webhook's URL, written with room. */
export const MAX_ALERT = 4 * alertLimits.url;
/** Posts that are tried at a time. */
const MAX_TESTS = 4;

/**
 * `GET /`, what there is to see; `POST /` and `DELETE /:id`, a rule; `GET` and `PUT /webhook`, where alerts are posted to, and
 * `POST /webhook/test`. All but the first are an operator's (guard.ts): the address may hold a secret.
 */
export function alertRoutes(alerts: Alerts): Hono {
  const app = new Hono();
  const tests = new Limit(MAX_TESTS);
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    await next();
  });
  app.get('/', (c) => c.json(alerts.state));
  app.post('/', async (c) => {
    const wish = isJson(c) ? await membersIn(c) : undefined;
    return wish && !Array.isArray(wish) ? c.json(await alerts.add(wish), 201) : problem(c, 400, RULE());
  });
  app.get('/webhook', (c) => c.json({ url: alerts.webhook ?? null }));
  app.put('/webhook', (c) => putWebhook(c, alerts));
  app.post('/webhook/test', async (c) => {
    const release = tests.take();
    if (!release) return problem(c, 503, say('Others are trying it: wait for them.', '正在测试：请稍候。'));
    const trouble = await alerts.test().finally(release);
    return c.json({ trouble: trouble ?? null });
  });
  app.delete('/:id', async (c) => c.json(await alerts.remove(c.req.param('id'))));
  return app;
}

async function putWebhook(c: Context, alerts: Alerts): Promise<Response> {
  const url = isJson(c) ? readAs(WebhookAddress, await membersIn(c))?.url : undefined;
  if (url === undefined) return problem(c, 400, WEBHOOK());
  await alerts.setWebhook(url === null ? undefined : checkWebhook(url));
  return c.json({ url: alerts.webhook ?? null });
}

const RULE = () =>
  say(
    'The body is a JSON object such as {"board":"greenhouse","metric":"temp","when":"above","value":30}.',
    '请求内容应为 JSON 对象，例如 {"board":"greenhouse","metric":"temp","when":"above","value":30}。',
  );

const WEBHOOK = () =>
  say(
    'The body is a JSON object such as {"url":"https://example.org/hook"}, or {"url":null}.',
    '请求内容应为 JSON 对象，例如 {"url":"https://example.org/hook"} 或 {"url":null}。',
  );
