import { type Context, Hono } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { Clock } from '../../clock.ts';
import { say } from '../../language.ts';
import { SignIn } from '../api/schemas/access.ts';
import { isJson, membersIn, readAs } from '../json-body.ts';
import { problem } from '../problem.ts';
import { senderOf } from '../sender.ts';
import { Attempts } from './attempts.ts';
import { askingOf, cookieName, type GuardOptions, strangeness } from './guard.ts';
import { type AccessToken, STAY_MS } from './tokens.ts';

/** Bytes of a body. */
export const MAX_SIGN_IN = 1_024;

/** `POST /sign-in {"token"}` exchanges a token for a cookie that no script can read; `POST /sign-out` takes it back. */
export function signInRoutes(options: GuardOptions, clock: Clock): Hono {
  const attempts = new Attempts(clock);
  const app = new Hono();
  app.use(async (c, next) => {
    const foreign = strangeness(askingOf(c), options.names);
    return foreign ? problem(c, foreign.status, foreign.detail) : next();
  });
  app.post('/sign-in', async (c) => {
    const { host } = senderOf(c);
    if (!attempts.mayTry(host)) {
      c.header('Retry-After', '60');
      const detail = say(
        'Too many wrong tokens came from this address: try again in a minute.',
        '来自该地址的错误令牌过多：请一分钟后再试。',
      );
      return problem(c, 429, detail);
    }
    const secret = isJson(c) ? readAs(SignIn, await membersIn(c))?.token : undefined;
    const token = secret === undefined ? undefined : options.tokens.bySecret(secret);
    if (!token) {
      attempts.failed(host);
      const detail = say(
        'This link is none of the hub’s, or was taken back. "kiteline access" on the hub’s machine shows a new one.',
        '该链接不属于本中枢，或已被撤销。在中枢所在机器上运行“kiteline access”可得到新的链接。',
      );
      return problem(c, 403, detail);
    }
    giveCookie(c, token, options);
    return c.json({ role: token.role });
  });
  app.post('/sign-out', (c) => {
    deleteCookie(c, cookieName(c.req.header('host')), { path: '/' });
    return c.body(null, 204);
  });
  return app;
}

/** Strict: no request that another site begins carries it. Not `Secure`: the hub of a workshop has no certificate that phones know. */
export function giveCookie(c: Context, token: AccessToken, { tokens }: GuardOptions): void {
  setCookie(c, cookieName(c.req.header('host')), tokens.cookieOf(token), {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    maxAge: STAY_MS / 1_000,
  });
}
