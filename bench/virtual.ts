/**
 * Virtual boards: start-up, memory a board at 1, 10, 50 and 100 boards, what a socket call costs.
 *
 *   npm run -s bench:virtual -- [--calls]
 *
 * Memory needs a process of its own for each number of boards, which this program starts itself.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Air, type VirtualBoard, virtualBoard } from '../src/virtual/index.ts';
import { spread, table } from './figures.ts';

const STARTS = 15;

const JOIN = `
import network, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("bench", "password")
while not wlan.isconnected():
    time.sleep_ms(20)
`;

const CALLS = `${JOIN}
import socket
def cost(name, call, times):
    for i in range(100): call()
    began = time.ticks_us()
    for i in range(times): call()
    print(name, time.ticks_diff(time.ticks_us(), began) / times, sep="\\t")
me = wlan.ifconfig()[0]
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind((me, 9000))
udp.setblocking(False)
def nothing():
    try: udp.recv(64)
    except OSError: pass
cost("recv, nothing there", nothing, 5000)
udp.setblocking(True)
def to_self():
    udp.sendto(b"x" * 50, (me, 9000))
    udp.recv(64)
cost("UDP sendto and recv, through the system and back", to_self, 1000)
server = socket.socket()
server.bind(("", 9001))
server.listen(1)
client = socket.socket()
client.connect((me, 9001))
peer = server.accept()[0]
def over_tcp():
    client.send(b"y" * 50)
    peer.recv(64)
cost("TCP send and recv, through the system and back", over_tcp, 1000)
cost("socket() and close()", lambda: socket.socket().close(), 500)
cost("isconnected()", wlan.isconnected, 5000)
cost("time.ticks_ms()", time.ticks_ms, 20000)
cost("time.sleep_ms(0)", lambda: time.sleep_ms(0), 5000)
`;

function printed(board: VirtualBoard, pattern: string): Promise<void> {
  return new Promise((done) => {
    let text = '';
    board.on('stdout', (bytes) => {
      text += Buffer.from(bytes).toString();
      if (text.includes(pattern)) done();
    });
  });
}

/** Milliseconds from the call to the first line of main.py. */
async function startUp(): Promise<number> {
  const began = performance.now();
  const board = await virtualBoard({ files: { 'main.py': 'print("up")' } });
  const up = printed(board, 'up');
  const run = board.run();
  await up;
  const took = performance.now() - began;
  await run;
  await board.close();
  return took;
}

/** In a process of its own: MB a board and ms until all have joined, printed as JSON. */
async function crowd(count: number): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const air = new Air();
  const began = performance.now();
  const boards = await Promise.all(
    Array.from({ length: count }, (_, number) =>
      virtualBoard({ name: `b${number}`, air, files: { 'main.py': `${JOIN}print("up")\ntime.sleep(3600)` } }),
    ),
  );
  await Promise.all(
    boards.map((board) => {
      const up = printed(board, 'up');
      void board.run();
      return up;
    }),
  );
  const joinedMs = performance.now() - began;
  const megabytes = (process.memoryUsage().rss - before) / 1e6 / count;
  await Promise.all(boards.map((board) => board.close()));
  console.log(JSON.stringify({ joinedMs, megabytes }));
}

async function calls(): Promise<void> {
  const board = await virtualBoard({ files: { 'main.py': CALLS } });
  const rows: string[][] = [];
  let text = '';
  board.on('stdout', (bytes) => {
    text += Buffer.from(bytes).toString();
  });
  board.on('stderr', (bytes) => process.stderr.write(bytes));
  await board.run();
  await board.close();
  for (const line of text.trim().split('\n')) {
    const [name = '', microseconds = ''] = line.split('\t');
    rows.push([name, Number(microseconds).toFixed(1)]);
  }
  table([['a call on the board', 'µs'], ...rows]);
}

const [option, value] = process.argv.slice(2);
if (option === '--crowd') {
  await crowd(Number(value));
} else {
  if (option !== '--calls') {
    await startUp();
    const starts: number[] = [];
    for (let run = 0; run < STARTS; run++) starts.push(await startUp());
    console.log(`start-up to the first line of main.py: ${spread(starts, 0)} ms of ${STARTS}\n`);
    const rows: string[][] = [['boards', 'MB each', 'all joined after s (0.8 s of it is the air)']];
    for (const count of [1, 10, 50, 100]) {
      const answer = execFileSync(process.execPath, [
        '--expose-gc',
        fileURLToPath(import.meta.url),
        '--crowd',
        String(count),
      ]);
      const { joinedMs, megabytes } = JSON.parse(answer.toString()) as {
        joinedMs: number;
        megabytes: number;
      };
      rows.push([String(count), megabytes.toFixed(1), (joinedMs / 1000).toFixed(1)]);
    }
    table(rows);
    console.log('');
  }
  await calls();
}
