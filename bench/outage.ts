/**
 * Back online after an outage: from the access point's return until the hub hears the board again, on the virtual air as it
 * is (a join takes 0.8 s, an attempt at a missing network 1.2 s). The board library beside two loops that people write.
 *
 *   npm run -s bench:outage -- [--outages 15] [--seed 1]
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createHub } from '../src/index.ts';
import { Air, boardLibrary, type RunEnd, type VirtualBoard, virtualBoard } from '../src/virtual/index.ts';
import { median, spread, table } from './figures.ts';

const { values } = parseArgs({
  options: { outages: { type: 'string', default: '15' }, seed: { type: 'string', default: '1' } },
});
const outages = Number(values.outages);

const SHORTEST_MS = 2_000;
const LONGEST_MS = 8_000;
/** Between two outages, so that whoever was late has settled. */
const CALM_MS = 1_500;
/** A board that is not back by then never is: it is reset, as its owner would. */
const PATIENCE_MS = 30_000;
const lab = { ssid: 'lab', password: 'secret12' };

const hub = createHub();
const { tcp } = await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
const port = tcp?.port ?? 0;

const LIBRARY = `
import kiteline
board = kiteline.Board("library", "127.0.0.1:${port}", [("lab", "secret12")])

@board.every(100)
def read():
    return {"temp": 21.5}

board.run()
`;

/** What both loops do once they are in the network. */
const SENDING = `
while True:
    join()
    s = socket.socket()
    try:
        s.connect(("127.0.0.1", ${port}))
        while True:
            s.send(b'{"temp":21.5}\\n')
            time.sleep_ms(100)
    except OSError:
        s.close()
`;

/** `do_connect()` of MicroPython's own quick reference, called again when a socket has failed. */
const TUTORIAL = `
import network, socket, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
def join():
    if not wlan.isconnected():
        wlan.connect("lab", "secret12")
        while not wlan.isconnected():
            pass
${SENDING}`;

/** The usual repair of it: leave first, and begin again after five seconds. */
const REPAIRED = `
import network, socket, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
def join():
    while not wlan.isconnected():
        wlan.disconnect()
        time.sleep(1)
        wlan.connect("lab", "secret12")
        for _ in range(50):
            if wlan.isconnected():
                return
            time.sleep_ms(100)
${SENDING}`;

interface Result {
  backMs: number[];
  /** Outages after which the board had to be reset. */
  never: number;
  /** What its program died of. */
  died: string | undefined;
  attemptsPerSecond: number[];
}

/** Every message of a board, whoever it says it is. */
const heard = new Map<string, () => void>();
const hears = (name: string) => heard.get(name)?.();
hub.on('sample', ({ board }) => hears(board));
hub.on('presence', ({ board, state }) => state === 'online' && hears(board));

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** The next word of a board; undefined when it takes too long, or its program has died. */
async function word(name: string, ended: () => Promise<RunEnd>): Promise<number | undefined> {
  const next = Promise.withResolvers<number>();
  heard.set(name, () => next.resolve(performance.now()));
  return Promise.race([
    next.promise,
    ended().then(() => undefined),
    sleep(PATIENCE_MS).then(() => undefined),
  ]);
}

async function measure(name: string, program: string, nameAtHub: (board: VirtualBoard) => string) {
  const air = new Air({ accessPoints: [lab], seed: Number(values.seed) });
  const board = await virtualBoard({ name, air, files: { ...boardLibrary(), 'main.py': program } });
  const known = nameAtHub(board);
  let run = board.run();
  const ended = () => run;
  const result: Result = { backMs: [], never: 0, died: undefined, attemptsPerSecond: [] };
  if ((await word(known, ended)) === undefined) throw new Error(`${name} never came online`);
  for (let outage = 0; outage < outages; outage++) {
    await sleep(CALM_MS);
    const length = SHORTEST_MS + air.random() * (LONGEST_MS - SHORTEST_MS);
    const lost = once(board, 'wifi');
    air.remove('lab');
    await lost;
    const [attempts, began] = [air.counts.attempts, performance.now()];
    await sleep(length);
    result.attemptsPerSecond.push(((air.counts.attempts - attempts) / (performance.now() - began)) * 1_000);
    const returned = performance.now();
    air.put(lab);
    const back = await word(known, ended);
    if (back !== undefined) {
      result.backMs.push(back - returned);
      continue;
    }
    result.never += 1;
    await board.stop();
    const end = await run;
    if (end.how === 'exception') result.died = end.text;
    run = board.run();
    if ((await word(known, ended)) === undefined) throw new Error(`${name} does not even start again`);
  }
  await board.close();
  return result;
}

const own = (board: VirtualBoard) => board.address;
const [library, tutorial, repaired] = await Promise.all([
  measure('library', LIBRARY, () => 'library'),
  measure('tutorial', TUTORIAL, own),
  measure('repaired', REPAIRED, own),
]);
await hub.close();

const row = (name: string, { backMs, never, died, attemptsPerSecond }: Result): string[] => [
  name,
  backMs.length > 0
    ? spread(
        backMs.map((ms) => ms / 1_000),
        2,
      )
    : '–',
  `${never} of ${outages}${died ? ` (${died})` : ''}`,
  `${median(attemptsPerSecond).toFixed(2)} (at most ${Math.max(...attemptsPerSecond).toFixed(2)})`,
];
console.log(
  `${outages} outages of ${SHORTEST_MS / 1_000} to ${LONGEST_MS / 1_000} s after the board had noticed, seed ${values.seed}\n`,
);
table([
  ['', 'back after s', 'needed a reset', 'attempts a second meanwhile'],
  row('kiteline', library),
  row("the tutorial's loop", tutorial),
  row('disconnect() first, 5 s each', repaired),
]);
