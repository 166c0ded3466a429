import { type Context, Hono } from 'hono';
import type { Hub } from '../hub/hub.ts';
import { say } from '../language.ts';
import { NewKey } from './api/schemas/access.ts';
import { membersIn, readAs } from './json-body.ts';
import { changeKeys, KEY_ACTIONS, type KeyAnswer } from './key-changes.ts';
import { problem } from './problem.ts';

/** Bytes of a body. */
export const MAX_KEY_REQUEST = 4_096;

/**
 * `GET /api/v1/keys`, which names are closed, and `POST` to change that; both are an operator's (guard.ts). A key is in the answer
 * that makes it and nowhere else.
 */
export function keyRoutes(hub: Pick<Hub, 'keys' | 'listening'>): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    await next();
  });
  app.get('/', (c) => c.json({ boards: hub.keys.list() }));
  app.post('/', (c) => change(c, hub));
  return app;
}

async function change(c: Context, { keys, listening }: Pick<Hub, 'keys' | 'listening'>): Promise<Response> {
  const request = readAs(NewKey, await membersIn(c));
  if (!request) {
    const detail = say(
      `The body is a JSON object such as {"do":"add","board":"greenhouse"}; it can be done: ${KEY_ACTIONS.join(', ')}.`,
      `请求内容应为 JSON 对象，例如 {"do":"add","board":"greenhouse"}；可用操作：${KEY_ACTIONS.join('、')}。`,
    );
    return problem(c, 400, detail);
  }
  const answer = await changeKeys(keys, request);
  return c.json({ ...answer, ...(listening.tcp && { hub: listening.tcp }) } satisfies KeyAnswer);
}
