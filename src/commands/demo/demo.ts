import { setTimeout } from 'node:timers/promises';
import { KitelineError } from '../../errors.ts';
import type { HttpServer } from '../../http/server.ts';
import { serveHttp } from '../../http/server.ts';
import { createHub, type Hub } from '../../hub/hub.ts';
import { say } from '../../language.ts';
import { formatHostPort } from '../../transport/address.ts';
import { Air, type VirtualBoard } from '../../virtual/index.ts';
import { DATA_FOLDER, removeHubFile, runningHub, writeHubFile } from '../hub-file.ts';
import { linkLines, pageLink } from '../page-link.ts';
import { interruption, printable, styled } from '../terminal.ts';
import { valuesText } from '../watch/event-line.ts';
import { makeLamp, makeThermometer, SSID } from './boards.ts';
import { makeRover, thinkFor } from './rover.ts';
import { Screen } from './screen.ts';

const PORT = 9000;
const HTTP_PORT = 8080;
const THERMOMETER = 'thermometer';
const ROVER = 'rover';
const LAMP = 'lamp';
/** Readings that are seen before the text goes out: enough to see that they keep coming. */
const READINGS_FIRST = 2;
const ANSWER_MS = 5_000; // a virtual board answers in milliseconds; without an answer the demo goes on

/** Until Ctrl-C: a hub, a virtual thermometer that sends to it, a virtual rover that it thinks for, a virtual lamp that it sends a text to. */
export async function demo(): Promise<void> {
  const interrupted = interruption();
  const screen = new Screen();
  const hub = createHub();
  const boards: VirtualBoard[] = [];
  let http: HttpServer | undefined;
  screen.line(
    styled(
      'bold',
      say(
        'Kiteline: a hub and three virtual ESP32s on this computer.',
        'Kiteline：本机上的一个中枢和三块虚拟 ESP32。',
      ),
    ) + say(' Ctrl-C ends.', '按 Ctrl-C 结束。'),
  );
  screen.line();
  try {
    http = await openHub(hub, screen);
    const ours = (await runningHub(DATA_FOLDER)) === undefined;
    if (ours) await writeHubFile(DATA_FOLDER, { url: http.url, token: http.token, pid: process.pid });
    const air = new Air();
    const at = (port = PORT) => ({ host: '127.0.0.1', port });
    const { tcp, udp } = hub.listening;
    const thermometer = await makeThermometer(THERMOMETER, at(udp?.port), air);
    boards.push(thermometer);
    await thinkFor(hub);
    const rover = await makeRover(ROVER, at(tcp?.port), air);
    boards.push(rover);
    const { board: lamp, port } = await makeLamp(LAMP, air);
    boards.push(lamp);
    const names = new Map(boards.map((board) => [board.address, board.name]));
    const listening = Promise.withResolvers<void>();
    lamp.on('stdout', () => listening.resolve());
    const answered = Promise.withResolvers<void>();
    const ready = new Promise<void>((resolve) =>
      hub.on('presence', ({ board, state }) => board === ROVER && state === 'online' && resolve()),
    );
    const readings = follow(hub, names, screen, answered.resolve);
    switchOn(thermometer, screen, 'calm');
    switchOn(rover, screen);
    switchOn(lamp, screen);
    await untilAborted(Promise.all([listening.promise, readings, ready]), interrupted);
    if (!interrupted.aborted) await greet(hub, lamp, port, screen, answered.promise);
    if (!interrupted.aborted) tellPage(screen, http);
    if (!interrupted.aborted)
      tellNext(screen, lamp, port, ours ? '' : ` --hub ${http.url} --token ${http.token}`);
    await untilAborted(new Promise(() => {}), interrupted);
  } finally {
    screen.end();
    await Promise.all(boards.map((board) => board.close()));
    await removeHubFile(DATA_FOLDER, process.pid);
    await http?.close();
    await hub.close();
  }
}

/** Where to look at it all, and to drive the rover. */
function tellPage(screen: Screen, { host, port, token }: HttpServer): void {
  const link = pageLink(host, port, token, `/board/${ROVER}/map`);
  screen.say(
    ROVER,
    say(
      'stands in a flat that it does not know: open its map, tap a place, and it goes there',
      '停在一个它不认识的房间里：打开它的地图，点一下，它就开过去',
    ),
    'green',
  );
  screen.line();
  for (const line of linkLines(link, process.stdout.isTTY)) screen.line(line);
}

async function openHub(hub: Hub, screen: Screen): Promise<HttpServer> {
  hub.on('problem', ({ what, error }) =>
    screen.say('hub', `${what}: ${error instanceof Error ? error.message : error}`, 'red'),
  );
  for (const protocol of ['tcp', 'udp'] as const) {
    await orAnyPort(screen, `${protocol.toUpperCase()} ${PORT}`, PORT, (port) =>
      hub.listen({ [protocol]: port }),
    );
  }
  const http = await orAnyPort(screen, `HTTP ${HTTP_PORT}`, HTTP_PORT, (port) => serveHttp(hub, { port }));
  const { tcp, udp } = hub.listening;
  screen.say(
    'hub',
    say(
      `listens on TCP ${tcp?.port}, UDP ${udp?.port} and ${http.url}`,
      `正在监听 TCP ${tcp?.port}、UDP ${udp?.port} 和 ${http.url}`,
    ),
    'magenta',
  );
  return http;
}

/** A newcomer's 9000 may be taken: the demo goes on with a port that the system chooses, and says why. */
async function orAnyPort<T>(
  screen: Screen,
  what: string,
  port: number,
  open: (port: number) => Promise<T>,
): Promise<T> {
  try {
    return await open(port);
  } catch (error) {
    if (!(error instanceof KitelineError) || error.code !== 'PORT_TAKEN') throw error;
    screen.say(
      'hub',
      say(`${what} is taken; taking another port.`, `${what} 已被占用；改用其他端口。`),
      'yellow',
    );
    return open(0);
  }
}

/** Shows what arrives; resolves after the first readings. */
function follow(
  hub: Hub,
  names: ReadonlyMap<string, string>,
  screen: Screen,
  onText: () => void,
): Promise<void> {
  const some = Promise.withResolvers<void>();
  let count = 0;
  const nameOf = (board: string): string => names.get(board) ?? board;
  void (async () => {
    for await (const events of hub.subscribe()) {
      for (const event of events) {
        if (event.type === 'sample' && event.board === ROVER) {
          const state = event.values.get('state'); // where it is it tells many times a second: that shows the map
          if (state !== undefined) screen.say(ROVER, valuesText({ state }, {}), 'green');
        } else if (event.type === 'sample') {
          count++;
          const text = `${valuesText(Object.fromEntries(event.values), {})}  ${styled('dim', say(`→ hub, sample ${count}`, `→ 中枢，第 ${count} 个采样`))}`;
          if (count <= READINGS_FIRST) screen.say(nameOf(event.board), text);
          else screen.status(nameOf(event.board), text);
          if (count === READINGS_FIRST) some.resolve();
        } else if (event.type === 'text') {
          screen.say(
            nameOf(event.board),
            `“${printable(event.text)}”  ${styled('dim', say('→ hub', '→ 中枢'))}`,
            'green',
          );
          onText();
        }
      }
    }
  })();
  return some.promise;
}

/** @param how calm: what it prints after its first lines is replaced by the next, or it would scroll the rest away */
function switchOn(board: VirtualBoard, screen: Screen, how?: 'calm'): void {
  let lines = 0;
  screen.say(
    board.name,
    say(`is switched on and joins the Wi-Fi “${SSID}”`, `已通电，正在连接 Wi-Fi“${SSID}”`),
  );
  board.on('wifi', ({ connected, address }) => {
    screen.say(
      board.name,
      connected
        ? say(`is in the Wi-Fi; its address is ${address}`, `已连上 Wi-Fi，地址是 ${address}`)
        : say('has lost the Wi-Fi', '失去了 Wi-Fi 连接'),
    );
  });
  const printed = (bytes: Uint8Array): void => {
    for (const line of Buffer.from(bytes).toString().split('\n')) {
      if (line.trim() === '') continue;
      const text = styled('dim', say(`prints: ${printable(line)}`, `打印：${printable(line)}`));
      lines++;
      if (how === 'calm' && lines > READINGS_FIRST) screen.status(board.name, text);
      else screen.say(board.name, text);
    }
  };
  board.on('stdout', printed);
  board.on('stderr', printed);
  void board.run().then((end) => {
    if (end.how !== 'stopped') screen.say(board.name, say('has stopped.', '已停止。'), 'red');
  });
}

/** Sends the lamp a text; resolves when its answer has been shown, or it has had time enough. */
async function greet(
  hub: Hub,
  lamp: VirtualBoard,
  port: number,
  screen: Screen,
  answered: Promise<void>,
): Promise<void> {
  const text = 'hello';
  screen.say('hub', `“${text}”  ${styled('dim', `→ ${LAMP}`)}`, 'magenta');
  const handle = await hub.connect(`tcp://${formatHostPort(lamp.address, port)}`);
  handle.send(text);
  await Promise.race([answered, setTimeout(ANSWER_MS)]);
}

function tellNext(screen: Screen, lamp: VirtualBoard, port: number, hubOption: string): void {
  // In a clone there is no `kiteline` on the PATH.
  const kiteline = import.meta.url.endsWith('.ts') ? 'npm run -s kiteline --' : 'kiteline';
  const next: [string, string][] = [
    [`${kiteline} send tcp ${formatHostPort(lamp.address, port)} on`, say('switch the lamp on', '打开灯')],
    [
      `${kiteline} command ${ROVER} goto x=1 y=0.2${hubOption}`,
      say('send the rover a metre ahead', '让小车向前开一米'),
    ],
    [`${kiteline} watch${hubOption}`, say('see what the hub receives', '查看中枢收到的内容')],
    [`${kiteline} board repl`, say('type MicroPython on a virtual ESP32', '在虚拟 ESP32 上输入 MicroPython')],
  ];
  const width = Math.max(...next.map(([command]) => command.length));
  screen.line();
  screen.line(styled('bold', say('Try next, in another terminal:', '接下来，在另一个终端里试试：')));
  for (const [command, what] of next) screen.line(`  ${styled('green', command.padEnd(width))}  ${what}`);
  screen.line();
}

/** Waits for `work`, but no longer than until Ctrl-C. */
function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve();
  return Promise.race([
    work,
    new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
  ]);
}
