import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { say } from '../../language.ts';
import { problem } from '../problem.ts';
import { isOurName, isSameOrigin } from './names.ts';
import type { AccessToken, Role, Tokens } from './tokens.ts';

/** What a request says of who asks, whatever it is a request for. */
export interface Asking {
  method: string;
  /** Without the query. */
  path: string;
  header(name: string): string | undefined;
}

/** Why a request is refused, for a person; or whose token it came with. */
export type Judgement = { status: 401 | 403 | 421; detail: string } | { token: AccessToken };

export interface GuardOptions {
  tokens: Tokens;
  /** Names that the hub goes by, beside its addresses and this machine's own name. */
  names: readonly string[];
}

declare module 'hono' {
  interface ContextVariableMap {
    /** Whose token the request came with; there is one behind the guard. */
    token: AccessToken;
  }
}

/** What only an operator reads: secrets, and everything at once. The rest of reading is a viewer's too; of the rest nothing is. */
const OPERATORS_ONLY = [
  /^\/api\/v1\/access(\/|$)/,
  /^\/api\/v1\/store\/backup$/,
  /^\/api\/v1\/keys(\/|$)/,
  /^\/api\/v1\/alerts\/./,
];

/** Who may ask for this. */
export function roleFor(method: string, path: string): Role {
  const reads = method === 'GET' || method === 'HEAD';
  return reads && !OPERATORS_ONLY.some((one) => one.test(path)) ? 'viewer' : 'operator';
}

/** One cookie a port: two hubs on one machine share its name, and browsers tell cookies apart by name alone. */
export function cookieName(host: string | undefined): string {
  const port = /:(\d+)$/.exec(host ?? '')?.[1];
  return port === undefined ? 'kiteline' : `kiteline-${port}`;
}

/** Whether a request may pass: it calls us by our name, is no other site's, and brings a token whose role is enough. */
export function judge(asking: Asking, cookie: string | undefined, options: GuardOptions): Judgement {
  const foreign = strangeness(asking, options.names);
  if (foreign) return foreign;
  const bearer = bearerOf(asking);
  const token = tokenOf(bearer, cookie, options.tokens);
  if (!token) return { status: 401, detail: bearer === undefined ? SIGN_IN() : WRONG_TOKEN() };
  if (roleFor(asking.method, asking.path) === 'operator' && token.role !== 'operator') {
    const detail = say(
      'You are signed in as a viewer: you may look on. This takes an operator’s link.',
      '你以观察者身份登录：只能查看。此操作需要操作员链接。',
    );
    return { status: 403, detail };
  }
  return { token };
}

/** Of a request that comes through a page of somebody else's; undefined for all others. */
export function strangeness(
  asking: Asking,
  names: readonly string[],
): { status: 403 | 421; detail: string } | undefined {
  const host = asking.header('host');
  if (!isOurName(host, names)) {
    const detail = say(
      'Call this hub by its address, as http://192.168.1.5:8080 or http://localhost:8080: requests by a name that it does not know are refused ("kiteline up --origin NAME" lets it know one).',
      '请用地址访问本中枢，例如 http://192.168.1.5:8080 或 http://localhost:8080：以未知名称访问会被拒绝（“kiteline up --origin 名称”可加入一个）。',
    );
    return { status: 421, detail };
  }
  if (!isSameOrigin({ host, origin: asking.header('origin'), site: asking.header('sec-fetch-site') })) {
    const detail = say(
      'A page of another site asked for this: it is refused. Open the address yourself.',
      '这是其他网站的页面发起的请求，已被拒绝。请自行打开该地址。',
    );
    return { status: 403, detail };
  }
  return undefined;
}

/** Lets through who is let in by a token. */
export function guard(options: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    const judgement = judgeRequest(c, options);
    if ('token' in judgement) {
      c.set('token', judgement.token);
      return next();
    }
    if (judgement.status === 401) c.header('WWW-Authenticate', 'Bearer realm="kiteline"');
    return problem(c, judgement.status, judgement.detail);
  };
}

/** `judge`, for a request that has come to a route. */
export const judgeRequest = (c: Context, options: GuardOptions): Judgement =>
  judge(askingOf(c), getCookie(c, cookieName(c.req.header('host'))), options);

/** Whether a browser that asks for a page is signed in; from what page it comes does not matter for what nobody else can read. */
export function isSignedIn(c: Context, options: GuardOptions): boolean {
  if (!isOurName(c.req.header('host'), options.names)) return false;
  const cookie = getCookie(c, cookieName(c.req.header('host')));
  return tokenOf(bearerOf(askingOf(c)), cookie, options.tokens) !== undefined;
}

/** Whether a request brings an operator's token; a browser's cookie is none, for pages of other sites have it sent along. */
export function isOperator(c: Context, { tokens }: GuardOptions): boolean {
  const bearer = bearerOf(askingOf(c));
  return bearer !== undefined && tokens.bySecret(bearer)?.role === 'operator';
}

function tokenOf(
  bearer: string | undefined,
  cookie: string | undefined,
  tokens: Tokens,
): AccessToken | undefined {
  if (bearer !== undefined) return tokens.bySecret(bearer);
  return cookie === undefined ? undefined : tokens.byCookie(cookie);
}

const bearerOf = (asking: Asking): string | undefined =>
  /^Bearer +(\S+)$/i.exec(asking.header('authorization') ?? '')?.[1];

export const askingOf = (c: Context): Asking => ({
  method: c.req.method,
  path: c.req.path,
  header: (name) => c.req.header(name),
});

const SIGN_IN = () =>
  say(
    'Sign in first: open the link that "kiteline up" printed, or send "Authorization: Bearer TOKEN" ("kiteline access" shows how).',
    '请先登录：打开“kiteline up”打印的链接，或发送“Authorization: Bearer 令牌”（运行“kiteline access”查看方法）。',
  );

const WRONG_TOKEN = () =>
  say(
    'This token is none of the hub’s, or was revoked: "kiteline access" shows those that there are.',
    '该令牌不属于本中枢，或已被撤销：运行“kiteline access”查看现有令牌。',
  );
