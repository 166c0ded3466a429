import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { systemClock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { serveHttp } from '../../http/server.ts';
import { openAlerts } from '../../hub/alerts/alert-file.ts';
import { alertText } from '../../hub/alerts/text.ts';
import type { Problem } from '../../hub/events.ts';
import { createHub, type Hub } from '../../hub/hub.ts';
import { openKeys } from '../../hub/key-file.ts';
import { say } from '../../language.ts';
import type { Mqtt } from '../../mqtt/mqtt.ts';
import type { Store } from '../../store/store.ts';
import { formatHostPort, type HostPort, isLoopback, isWildcard } from '../../transport/address.ts';
import { lanAddresses } from '../../transport/lan.ts';
import type { VirtualBoard } from '../../virtual/index.ts';
import { openTokens } from '../access-file.ts';
import { type AccessCliOptions, accessOf } from '../access-options.ts';
import { addressLines } from '../addresses.ts';
import { removeHubFile, runningHub, writeHubFile } from '../hub-file.ts';
import { linkLines, pageLink } from '../page-link.ts';
import { lostText } from '../presence.ts';
import { refusedText } from '../refused.ts';
import { interruption, printable, printableLines, tell } from '../terminal.ts';
import { controlText } from '../watch/control-text.ts';
import { appError, loadApp, placeOf } from './app.ts';
import { type KeepOptions, keptLine, openKept } from './history.ts';
import { isAdvertised } from './mdns.ts';
import { type MqttUpOptions, mqttLines, openBroker } from './mqtt.ts';
import { homeOf, type NetworkOptions, openNetwork } from './network.ts';
import { openTls, type TlsOptions, tlsLines } from './tls.ts';
import { Troubles } from './troubles.ts';

export interface UpOptions extends KeepOptions, NetworkOptions, TlsOptions, AccessCliOptions, MqttUpOptions {
  /** File of the app. */
  app?: string;
  tcp: number;
  udp: number;
  http: number;
  host: string;
  reply: string;
  encoding?: string;
  /** Names that the page is called by, beside the addresses. */
  origin?: string[];
  /** How many virtual boards to start. */
  virtual: number;
}

/**
 * Runs the hub until Ctrl-C.
 * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE, NOT_FOUND (app, encoding), USAGE (the app fails), and what openKept, openKeys and openTls throw
 */
export async function up(options: UpOptions): Promise<void> {
  const interrupted = interruption();
  const { host, reply, data, encoding } = options;
  const running = await runningHub(data);
  if (running) throw alreadyUp(running, data);
  const app = options.app === undefined ? undefined : await loadApp<Hub>(options.app);
  const tls = await openTls(options);
  const troubles = new Troubles(tell, systemClock);
  const store = await openKept(options, (sentence) => troubles.tell(sentence));
  const home = await orClose(store, () => homeOf(data, options.memory));
  const keys = await orClose(store, () => openKeys(data, { tell }));
  const alerts = await orClose(store, () => openAlerts(data, { tell }));
  const hub = await orClose(store, async () =>
    createHub({
      store,
      home,
      name: options.name,
      keys,
      alerts,
      access: accessOf(options),
      reply,
      ...(encoding !== undefined && { encoding }),
    }),
  );
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => {});
  interrupted.addEventListener('abort', () => ended.resolve());
  hub.on('problem', (problem) => {
    if (problem.what === 'store failed') troubles.tell(messageOf(problem.error));
    else if (problem.what === 'name used twice') tell(printable(messageOf(problem.error)));
    else tell(problemSentence(problem.what, problem.error, options.app));
  });
  hub.on('board', (name) => {
    tell(say(`A new board: ${printable(name)}`, `新板子：${printable(name)}`));
  });
  hub.on('presence', ({ board, state, ...cause }) => {
    const is = state === 'online' ? say('online', '在线') : lostText(cause);
    tell(say(`${printable(board)} is ${is}`, `${printable(board)} ${is}`));
  });
  hub.on('refused', (refused) => tell(refusedText(refused)));
  hub.on('alert', (message) => tell(printable(alertText(message))));
  hub.on('control', (message) => {
    if (message.state !== 'way') tell(`${printable(message.board)}  ${controlText(message)}`);
  });
  let mqtt: Mqtt | undefined;
  try {
    if (app) startApp(app, hub, options.app ?? '', ended.reject);
    const listening = await hub.listen({
      tcp: { host, port: options.tcp },
      udp: { host, port: options.udp },
      ...(tls?.port !== undefined && { tls: { ...tls, port: tls.port } }),
    });
    let leave = async () => {};
    const tokens = await openTokens(data, tell);
    mqtt = await openBroker(hub, options, { tls, tokens }, tell);
    const http = await serveHttp(hub, {
      host,
      port: options.http,
      tokens,
      names: [`${options.name}.local`, ...(options.origin ?? [])],
      ...(tls && { certificate: tls.certificate.der }),
      ...(options.mdns && listening.tcp && isAdvertised(listening.tcp) && { mdns: `${options.name}.local` }),
      ...(mqtt && { mqtt: mqtt.upgrade, broker: mqtt }),
    });
    try {
      const secure = tls && listening.tls && { port: listening.tls.port, cert: tls.certificate.der };
      await writeHubFile(data, {
        url: http.url,
        token: http.token,
        pid: process.pid,
        ...(secure && { tls: secure }),
      });
      // Who looked for a hub a moment ago found none, and wrote into the files; from now on the hub is asked.
      await Promise.all([keys.reload(), tokens.reload(), alerts.reload()]);
      const links = linkLines(pageLink(http.host, http.port, http.token), process.stderr.isTTY);
      for (const line of whereLines(listening, http.url, await keptLine(store), links)) tell(line);
      if (tls) for (const line of tlsLines(tls, listening.tls)) tell(line);
      if (mqtt) for (const line of mqttLines(mqtt, options.mqttOpen)) tell(line);
      troubles.begin();
      leave = await openNetwork(hub, listening.tcp, home, { ...options, broker: mqtt }, tell);
      const boards = await startBoards(options.virtual, listening.udp);
      await ended.promise.finally(() => Promise.all(boards.map((board) => board.close())));
    } finally {
      await leave();
      await removeHubFile(data, process.pid);
      await http.close();
    }
  } finally {
    troubles.begin();
    await mqtt?.close();
    await hub.close();
  }
}

/** Virtual thermometers in one air; what they complain of is told with their names. */
async function startBoards(count: number, hub: HostPort | undefined): Promise<VirtualBoard[]> {
  if (count === 0 || !hub) return [];
  const host = isWildcard(hub.host) ? '127.0.0.1' : hub.host;
  if (!isIPv4(host)) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        `Virtual boards speak IPv4, as the chip does, and cannot reach ${host}; choose another --host, or leave --virtual out.`,
        `虚拟板与芯片一样只用 IPv4，无法到达 ${host}；请换一个 --host，或者不写 --virtual。`,
      ),
    );
  }
  const [{ Air }, { makeThermometer }] = await Promise.all([
    import('../../virtual/index.ts'),
    import('../demo/boards.ts'),
  ]);
  const air = new Air();
  const boards: VirtualBoard[] = [];
  for (let number = 1; number <= count; number++) {
    const board = await makeThermometer(`virtual-${number}`, { host, port: hub.port }, air);
    board.on('stderr', (bytes) =>
      tell(`${board.name}: ${printableLines(Buffer.from(bytes).toString().trimEnd())}`),
    );
    void board.run();
    boards.push(board);
  }
  const where = boards.map((board) => `${board.name} ${board.address}`).join(', ');
  tell(say(`Virtual boards: ${where}`, `虚拟板：${where}`));
  return boards;
}

/** Not waited for: an app may go on for as long as the hub does, in a loop over the feed for one. */
function startApp(
  app: (hub: Hub) => unknown,
  hub: Hub,
  file: string,
  failed: (error: unknown) => void,
): void {
  const path = resolve(file);
  // What an app's timers throw has no other way to us, and must not leave hub.json behind.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => failed(placeOf(error) === undefined ? error : appError(error, path)));
  }
  try {
    Promise.resolve(app(hub)).catch((error) => failed(appError(error, path)));
  } catch (error) {
    throw appError(error, path);
  }
}

/** The first lines; tests and other programs read the ports from the ends of the first three. */
function whereLines(
  listening: { tcp?: HostPort; udp?: HostPort },
  url: string,
  kept: string,
  links: string[],
): string[] {
  const lines: string[] = [];
  for (const protocol of ['tcp', 'udp'] as const) {
    const at = listening[protocol];
    if (!at) continue;
    const where = `${protocol} ${formatHostPort(at.host, at.port)}`;
    lines.push(say(`listening on ${where}`, `正在监听 ${where}`));
  }
  lines.push(say(`listening on ${url}`, `正在监听 ${url}`));
  const { tcp, udp } = listening;
  if (tcp && tcp.port === udp?.port) lines.push(...addressLines(tcp.host, tcp.port));
  else {
    if (tcp) lines.push('TCP', ...addressLines(tcp.host, tcp.port));
    if (udp) lines.push('UDP', ...addressLines(udp.host, udp.port));
  }
  const posts = httpLines((tcp ?? udp)?.host, url);
  if (posts.length > 0) lines.push(say('or over HTTP:', '或通过 HTTP：'), ...posts);
  lines.push(
    kept,
    ...links,
    say(
      '"kiteline watch" in another terminal shows what arrives. Ctrl-C ends.',
      '在另一个终端运行“kiteline watch”可以看到收到的内容。按 Ctrl-C 结束。',
    ),
  );
  return lines;
}

/** What a board's program posts to, where that is not this machine itself. */
function httpLines(host: string | undefined, url: string): string[] {
  return lanAddresses(host)
    .filter((address) => !isLoopback(address))
    .map((address) => `  "http://${formatHostPort(address, Number(new URL(url).port || 80))}/samples"`);
}

/** Makes something for a store, which is closed when that fails. */
async function orClose<T>(store: Store, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    await store.close();
    throw error;
  }
}

type OtherProblem = Exclude<Problem['what'], 'store failed' | 'name used twice'>;

function problemSentence(what: OtherProblem, error: unknown, file: string | undefined): string {
  if (file !== undefined && what.startsWith('handler')) return appError(error, resolve(file)).message;
  const text = messageOf(error);
  return say(
    `Trouble in the hub, which goes on (${what}): ${text}`,
    `中枢遇到问题，但仍在运行（${PROBLEMS[what]}）：${text}`,
  );
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const PROBLEMS: Record<OtherProblem, string> = {
  'handler failed': '应用的处理函数出错',
  'handler took too long': '应用的处理函数耗时过长',
  'transport failed': '传输出错',
};

function alreadyUp({ url, pid }: { url: string; pid: number }, data: string): KitelineError {
  return new KitelineError(
    'PORT_TAKEN',
    say(
      `A hub is running here already: ${url} (pid ${pid}). Stop it, or give this one a folder of its own with --data (now ${data}).`,
      `这里已有中枢在运行：${url}（pid ${pid}）。请先停止它，或用 --data 为这个中枢另指定文件夹（现为 ${data}）。`,
    ),
  );
}
