import { Hono } from 'hono';
import { say } from '../../language.ts';
import { NewToken } from '../api/schemas/access.ts';
import { isJson, membersIn, readAs } from '../json-body.ts';
import { problem } from '../problem.ts';
import type { Tokens } from './tokens.ts';

/** Bytes of a body. */
export const MAX_ACCESS = 1_024;

/** `GET /`, `POST /` and `DELETE /:id`: who is let in. For operators; secrets are told once, to who adds one. */
export function accessRoutes(tokens: Tokens): Hono {
  const app = new Hono();
  app.get('/', (c) => c.json({ tokens: tokens.list }));
  app.post('/', async (c) => {
    const wanted = isJson(c) ? readAs(NewToken, await membersIn(c)) : undefined;
    if (!wanted) {
      const detail = say(
        'The body is a JSON object such as {"role":"viewer","name":"kitchen tablet"}.',
        '请求内容应为 JSON 对象，例如 {"role":"viewer","name":"厨房平板"}。',
      );
      return problem(c, 400, detail);
    }
    return c.json(await tokens.add(wanted.role, wanted.name), 201);
  });
  app.delete('/:id', async (c) => c.json(await tokens.revoke(c.req.param('id'))));
  return app;
}
