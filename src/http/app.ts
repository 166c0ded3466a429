import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Clock } from '../clock.ts';
import type { Hub } from '../hub/hub.ts';
import { say } from '../language.ts';
import { formatHostPort } from '../transport/address.ts';
import { lanAddresses } from '../transport/lan.ts';
import { thisMachineOnly } from './access.ts';
import { MAX_COMMAND, postCommand } from './commands.ts';
import type { Live } from './live.ts';
import { hostOf, mipIndex, mipRoutes } from './mip.ts';
import { problem } from './problem.ts';
import { MAX_BODY, postSamples } from './samples.ts';
import { refusal, storeRoutes } from './store-routes.ts';

/** Where boards get their library. */
const MIP = '/mip';
/** Texts that come with a board. */
const TEXTS = 20;

/** The routes. @param failed is told of errors that are ours; the client gets a 500 */
export function createApp(hub: Hub, live: Live, clock: Clock, failed: (error: unknown) => void): Hono {
  const app = new Hono();

  app.use(async (c, next) => {
    await next();
    c.header('X-Content-Type-Options', 'nosniff');
  });

  app.get('/', (c) => c.text(frontPage(hub, c)));

  app.post('/samples', bodyOf(MAX_BODY), (c) => postSamples(c, hub));
  app.all('/samples', (c) => {
    c.header('Allow', 'POST');
    return problem(c, 405, say('Samples are sent here with POST.', '请用 POST 向这里发送采样。'));
  });

  for (const path of [`${MIP}/kiteline`, `${MIP}/kiteline/`]) app.get(path, (c) => c.text(libraryPage(c)));
  app.route(`${MIP}/kiteline`, mipRoutes(`${MIP}/kiteline`));
  app.route(MIP, mipIndex(MIP));

  app.use('/api/*', thisMachineOnly);

  app.get('/api/v1/boards', (c) => c.json({ boards: hub.boards() }));

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

  app.post('/api/v1/boards/:name/commands', bodyOf(MAX_COMMAND), (c) => postCommand(c, hub, clock));

  app.get('/api/v1/live', (c) => live.respond(c));

  app.route('/api/v1', storeRoutes(hub.store, clock));

  app.notFound((c) => problem(c, 404, say(`There is no ${c.req.path} here.`, `这里没有 ${c.req.path}。`)));
  app.onError((error, c) => {
    const answer = refusal(error, c);
    if (answer) return answer;
    failed(error);
    return problem(c, 500, say('Something went wrong in the hub.', '中枢内部出错。'));
  });
  return app;
}

/** At most so many bytes of a body. */
const bodyOf = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: (c) =>
      problem(c, 413, say(`A request has at most ${maxSize} bytes.`, `请求最多 ${maxSize} 字节。`)),
  });

function frontPage(hub: Hub, c: Context): string {
  const lines = [
    say('Kiteline hub: boards send here.', 'Kiteline 中枢：板子把数据发到这里。'),
    '',
    say('HTTP   POST /samples with {"temp":23.5}', 'HTTP   向 /samples POST {"temp":23.5}'),
  ];
  for (const protocol of ['tcp', 'udp'] as const) {
    const at = hub.listening[protocol];
    for (const host of at ? lanAddresses(at.host) : []) {
      lines.push(`${protocol.toUpperCase()}    ${formatHostPort(host, at?.port ?? 0)}`);
    }
  }
  lines.push(
    '',
    say('The library for boards:', '板子用的库：'),
    ...installLines(c),
    '',
    say('On this machine also:', '在本机还可访问：'),
    'GET /api/v1/boards',
    'GET /api/v1/boards/NAME',
    'GET /api/v1/boards/NAME/history?metric=METRIC',
    'POST /api/v1/boards/NAME/commands {"name":"led","args":{"on":true}}',
    'GET /api/v1/live',
    'GET /api/v1/export',
    'GET /api/v1/store',
    'GET /api/v1/store/check',
    'GET /api/v1/store/backup',
    '',
  );
  return lines.join('\n');
}

/** For whoever opens in a browser what is meant for `mip`. */
function libraryPage(c: Context): string {
  const lines = [
    say(
      'The Kiteline library for boards. At the MicroPython prompt of a board that is in this network:',
      'Kiteline 板端库。在已连接本网络的板子上，于 MicroPython 提示符下输入：',
    ),
    '',
    'import mip',
    ...installLines(c),
    '',
  ];
  return lines.join('\n');
}

function installLines(c: Context): string[] {
  const base = `http://${hostOf(c)}${MIP}`;
  return [
    `mip.install("${base}/kiteline")`,
    say(
      `compiled, for less of the board's memory: mip.install("kiteline", index="${base}")`,
      `已编译，更省板上内存：mip.install("kiteline", index="${base}")`,
    ),
  ];
}
