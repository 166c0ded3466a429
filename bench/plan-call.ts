/**
 * From a board's call for a way to its answer, on maps of 512 × 512 cells: `await board.call("plan", …)` of the board library on a
 * virtual board, over loopback, to a hub in another process, which plans in a thread and answers with the first hundred corner points.
 * Split into what the thread thought, what else the hub's method took (to the thread and back), and the link: everything
 * else, the board's own Python, both ends' lines and the sockets. Beside it a call that is answered with nothing. The board
 * measures by its own clock.
 *
 *   npm run -s bench:plan-call -- [WAYS] [ROUNDS]
 */
import { cpus } from 'node:os';
import { Air, boardLibrary, virtualBoard } from '../src/virtual/index.ts';
import { quantile, table } from './figures.ts';
import { Child } from './kit/children.ts';
import { MADE } from './plan/maps.ts';
import type { HubStart } from './plan-call/hub.ts';

const WAYS = Number(process.argv[2] ?? 100);
const ROUNDS = Number(process.argv[3] ?? 5);

/** The first round is for warming up. A round is printed when it is over, so that nothing else is on the link during one. */
const program = (port: number): string => `
import json, network, time
import kiteline

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("bench", "password")
while not wlan.isconnected():
    time.sleep_ms(20)

board = kiteline.Board("rover", "127.0.0.1:${port}")

with open("ways.json") as f:
    ways = json.load(f)

@board.task
async def drive():
    for _ in range(${ROUNDS} + 1):
        calls = []
        for start, goal in ways:
            began = time.ticks_us()
            plan = await board.call("plan", start=start, goal=goal, timeout=60000)
            took = time.ticks_diff(time.ticks_us(), began)
            began = time.ticks_us()
            await board.call("nothing", timeout=60000)
            nothing = time.ticks_diff(time.ticks_us(), began)
            calls.append([took / 1000, plan["inHub"], plan["thinking"], nothing / 1000, len(plan["path"])])
        print("ROUND", json.dumps(calls))
    print("END")

board.run()
`;

type Call = [whole: number, inHub: number, thinking: number, nothing: number, points: number];

async function measure(map: string): Promise<Call[]> {
  const hub = new Child(new URL('./plan-call/hub.ts', import.meta.url), [map, String(WAYS)]);
  const { port, ways } = await hub.hears<HubStart>();
  const files = { ...boardLibrary(), 'ways.json': JSON.stringify(ways), 'main.py': program(port) };
  await using board = await virtualBoard({
    name: 'rover',
    air: new Air({ accessPoints: [{ ssid: 'bench', password: 'password' }] }),
    files,
  });
  let text = '';
  const ended = new Promise<void>((resolve, reject) => {
    board.on('stdout', (bytes) => {
      text += Buffer.from(bytes).toString();
      if (text.includes('END\n')) resolve();
    });
    board.on('stderr', (bytes) => process.stderr.write(bytes));
    void board.run().then(({ how }) => reject(new Error(`the board ended: ${how}`)), reject);
  });
  await ended;
  const rounds = text
    .split('\n')
    .filter((line) => line.startsWith('ROUND'))
    .map((line) => JSON.parse(line.slice(5)) as Call[]);
  await hub.end();
  return rounds.slice(1).flat();
}

const rows = [
  [
    '',
    'p50',
    'p99',
    'of it link',
    'p99',
    'to the thread',
    'p99',
    'thinking',
    'p99',
    'nothing',
    'p99',
    'points',
  ],
];
for (const { name } of MADE) {
  const calls = await measure(name);
  const of = (pick: (call: Call) => number) =>
    [0.5, 0.99].map((q) => quantile(calls.map(pick), q).toFixed(3));
  rows.push([
    name,
    ...of(([whole]) => whole),
    ...of(([whole, inHub]) => whole - inHub),
    ...of(([, inHub, thinking]) => inHub - thinking),
    ...of(([, , thinking]) => thinking),
    ...of(([, , , nothing]) => nothing),
    quantile(
      calls.map(([, , , , points]) => points),
      0.5,
    ).toFixed(0),
  ]);
}
console.log(
  `${ROUNDS} rounds of ${WAYS} calls, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}: ms; each column's quantiles are its own\n`,
);
table(rows);
