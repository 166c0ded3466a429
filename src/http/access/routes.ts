import { type Context, Hono } from 'hono';
import { say } from '../../language.ts';
import { isJson, membersIn } from '../json-body.ts';
import { problem } from '../problem.ts';
import { ROLES, type Role, type Tokens } from './tokens.ts';

/** Bytes of a body. */
export const MAX_ACCESS = 1_024;

/** `GET /`, `POST /` and `DELETE /:id`: who is let in. For operators; secrets are told once, to who adds one. */
export function accessRoutes(tokens: Tokens): Hono {
  const app = new Hono();
  app.get('/', (c) => c.json({ tokens: tokens.list }));
  app.post('/', async (c) => {
    const wanted = await wantedIn(c);
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

async function wantedIn(c: Context): Promise<{ role: Role; name: string } | undefined> {
  const { role, name } = (isJson(c) && (await membersIn(c))) || {};
  const known = ROLES.find((one) => one === role);
  return known && typeof name === 'string' ? { role: known, name } : undefined;
}
