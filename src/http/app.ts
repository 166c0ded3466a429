import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Clock } from '../clock.ts';
import type { Hub } from '../hub/hub.ts';
import { inLanguage, say } from '../language.ts';
import { Accepted } from './accepted.ts';
import { admitted } from './access/admitted.ts';
import { type GuardOptions, guard, isOperator, isSignedIn } from './access/guard.ts';
import { accessRoutes, MAX_ACCESS } from './access/routes.ts';
import { MAX_SIGN_IN, signInRoutes } from './access/sign-in.ts';
import { signInPage } from './access/sign-in-page.ts';
import { alertRoutes, MAX_ALERT } from './alerts.ts';
import { allowedAt } from './api/allowed.ts';
import { getApiPage, getDocument } from './api/routes.ts';
import { askedLanguage } from './asked-language.ts';
import { MAX_COMMAND, postCommand } from './commands.ts';
import { deleteControl, MAX_SETPOINT, putControl } from './controls.ts';
import { doctorRoutes, type HealthRecord } from './doctor.ts';
import { frontPage, libraryPage } from './front-page.ts';
import { MAX_IMPORT } from './import.ts';
import { keyRoutes, MAX_KEY_REQUEST } from './keys.ts';
import type { Live } from './live.ts';
import type { BrokerHealth } from './metrics/hub.ts';
import { Metrics } from './metrics/metrics.ts';
import { mipIndex, mipRoutes } from './mip.ts';
import type { PageFiles } from './page-files.ts';
import { problem } from './problem.ts';
import { MAX_PROGRAM, putProgram } from './programs.ts';
import { MAX_BODY, postSamples } from './samples.ts';
import { getScene, getSceneRun } from './scenes.ts';
import { refusal, storeRoutes } from './store-routes.ts';
import type { TokenLeases } from './token-leases.ts';
import { getWhere } from './where.ts';

/** Where boards get their library. */
const MIP = '/mip';
const CONTROL = '/api/v1/boards/:name/controls/:control';
/** Texts that come with a board. */
const TEXTS = 20;

export interface AppParts {
  hub: Hub;
  live: Live;
  clock: Clock;
  /** What is steered over HTTP. */
  leases: TokenLeases;
  /** Who is let in. */
  access: GuardOptions;
  /** Undefined where it was not built. */
  page: PageFiles | undefined;
  /** What went wrong lately. */
  record: HealthRecord;
  /** The hub's name in the network's mDNS. */
  mdns?: string | undefined;
  /** The hub's own MQTT broker, for /metrics. */
  broker?: BrokerHealth | undefined;
  /** Base64 of the DER, of a hub with TLS. */
  certificate?: string | undefined;
  /** Is told of errors that are ours; the client gets a 500. */
  failed: (error: unknown) => void;
}

/** The routes. */
export function createApp(parts: AppParts): Hono {
  const { hub, live, clock, leases, access, page, certificate, failed } = parts;
  const app = new Hono();
  const accepted = new Accepted(clock);

  app.use((c, next) => inLanguage(askedLanguage(c.req.header('accept-language')), next));

  app.use(admitted(hub));

  app.use(async (c, next) => {
    await next();
    c.header('X-Content-Type-Options', 'nosniff');
  });

  app.post('/samples', bodyOf(MAX_BODY), (c) => postSamples(c, hub, isOperator(c, access)));
  app.all('/samples', (c) => {
    c.header('Allow', 'POST');
    return problem(c, 405, say('Samples are sent here with POST.', '请用 POST 向这里发送采样。'));
  });

  const metrics = new Metrics(hub, clock, accepted, parts.broker);
  app.get('/metrics', (c) => metrics.respond(c, access));

  for (const path of [`${MIP}/kiteline`, `${MIP}/kiteline/`])
    app.get(path, (c) => c.text(libraryPage(c, MIP)));
  app.route(`${MIP}/kiteline`, mipRoutes(`${MIP}/kiteline`));
  app.route(MIP, mipIndex(MIP));

  for (const path of ['sign-in', 'sign-out']) app.use(`/api/v1/${path}`, bodyOf(MAX_SIGN_IN));
  app.route('/api/v1', signInRoutes(access, clock));

  app.get('/api', (c, next) => (!isSignedIn(c, access) && wantsHtml(c) ? signInPage(c) : next()));
  app.use('/api/*', guard(access));
  app.get('/api', getApiPage);
  app.get('/api/v1/openapi.json', getDocument);

  app.get('/api/v1/me', (c) => {
    const { role, name } = c.var.token;
    return c.json({ role, name, run: hub.run });
  });
  app.use('/api/v1/access/*', bodyOf(MAX_ACCESS));
  app.route('/api/v1/access', accessRoutes(access.tokens));

  app.get('/api/v1/boards', (c) => c.json({ boards: hub.boards() }));

  app.get('/api/v1/dials', (c) => c.json({ dials: hub.dials }));

  app.get('/api/v1/where', (c) => getWhere(c, hub, certificate));

  app.get('/api/v1/boards/:name', async (c) => {
    const name = c.req.param('name');
    const [latest, series, texts] = await Promise.all([
      hub.store.latest(name),
      hub.store.series(name),
      hub.store.texts({ board: name, limit: TEXTS }),
    ]);
    const board = hub.board(name)?.info() ?? null;
    if (!board && series.length === 0 && texts.length === 0) await hub.findBoard(name); // NOT_FOUND, and which there are
    return c.json({ board, latest, series, texts });
  });

  app.post('/api/v1/boards/:name/commands', bodyOf(MAX_COMMAND), (c) => postCommand(c, hub, clock, accepted));
  app.get('/api/v1/commands/:id', (c) => c.json(accepted.get(c.req.param('id'))));
  app.delete('/api/v1/commands/:id', (c) => c.json(accepted.giveUp(c.req.param('id'))));

  app.get('/api/v1/boards/:name/scene', (c) => getScene(c, hub.scenes));
  app.get('/api/v1/boards/:name/scene/run', (c) => getSceneRun(c, hub.scenes));

  app.put('/api/v1/boards/:name/program', bodyOf(MAX_PROGRAM), (c) => putProgram(c, hub));

  app.use('/api/v1/keys', bodyOf(MAX_KEY_REQUEST));
  app.route('/api/v1/keys', keyRoutes(hub));

  for (const path of ['', '/*']) app.use(`/api/v1/alerts${path}`, bodyOf(MAX_ALERT));
  app.route('/api/v1/alerts', alertRoutes(hub.alerts));

  app.put(CONTROL, bodyOf(MAX_SETPOINT), (c) => putControl(c, hub, leases));
  app.delete(CONTROL, (c) => deleteControl(c, hub));

  app.route('/api/v1', doctorRoutes(parts));

  app.get('/api/v1/live', (c) => live.respond(c));

  app.use('/api/v1/import', bodyOf(MAX_IMPORT));
  app.route('/api/v1', storeRoutes(hub.store, clock));

  // Last, for everything else: the page to who is signed in, and a place to sign in to who is not.
  app.get('*', async (c, next) => {
    if (c.req.path.startsWith('/api/')) return next();
    if (!isSignedIn(c, access)) return wantsHtml(c) ? signInPage(c) : c.text(STRANGERS(), 401);
    const file = page?.respond(c) ?? (c.req.path === '/' ? c.text(frontPage(hub, c, MIP)) : undefined);
    return file ?? next();
  });

  app.notFound(nothingThere);
  app.onError((error, c) => {
    const answer = refusal(error, c);
    if (answer) return answer;
    failed(error);
    return problem(c, 500, say('Something went wrong in the hub.', '中枢内部出错。'));
  });
  return app;
}

/** Nothing is at this path, or nothing that can be asked for in this way. */
function nothingThere(c: Context): Response {
  const { method, path } = c.req;
  const allowed = allowedAt(path);
  if (allowed === undefined || allowed.split(', ').includes(method))
    return problem(c, 404, say(`There is no ${path} here.`, `这里没有 ${path}。`));
  c.header('Allow', allowed);
  return problem(
    c,
    405,
    say(`${path} takes ${allowed}, not ${method}.`, `${path} 接受 ${allowed}，而不是 ${method}。`),
  );
}

/** At most so many bytes of a body. */
const bodyOf = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: (c) =>
      problem(c, 413, say(`A request has at most ${maxSize} bytes.`, `请求最多 ${maxSize} 字节。`)),
  });

const wantsHtml = (c: Context): boolean => c.req.header('accept')?.includes('text/html') ?? false;

/** All that a program learns that is not let in. */
const STRANGERS = (): string =>
  `${say(
    'Kiteline hub. Boards post samples to /samples and get their library at /mip/kiteline; the rest takes a token ("kiteline access").',
    'Kiteline 中枢。板子向 /samples 发送采样，从 /mip/kiteline 获取库；其余内容需要令牌（“kiteline access”）。',
  )}\n`;
