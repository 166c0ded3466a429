/** Samples in flash over real restarts of the board: their times, what a program's end leaves, and the real hub. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createHub, MemoryStore } from '../../src/index.ts';
import { boardLibrary } from '../../src/virtual/index.ts';
import { makeBoard, watch } from '../helpers/board.ts';
import { boardAt, libraryLines, ScriptedHub, startLibrary } from '../helpers/library.ts';

const NOW = 1_800_000_000_000;

/** A start without a network that leaves samples in flash; the next one has the hub. */
const TWO_STARTS = (port: number, end: string) => `
import machine, os, time
try:
    open("/first").close()
    first = False
except OSError:
    open("/first", "w").close()
    first = True
if first:
    import kiteline
    board = kiteline.Board("b", "127.0.0.1:1", [], spill=65536)
    for n in range(1, 4):
        board.send({"n": n})
        time.sleep_ms(400)
    board._samples.keep()
    print("kept", board.waiting)
    ${end}
${boardAt(port, 'spill=65536')}
board.send({"n": 4})
board.run()
`;

/** Times of samples 1 to 4 as the hub gets them, against that of the fourth, ms. */
async function timesAfter(end: string): Promise<{ times: number[]; told: string }> {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(TWO_STARTS(hub.port, end));
  if (end === 'input()') {
    await running.out(/kept 3/);
    await running.board.reset('power');
  }
  const session = await hub.session({ time: NOW });
  const seen = [];
  while (seen.length < 4) seen.push(await session.take((message) => '$seq' in message));
  expect(seen.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  const last = seen[3]?.$t as number;
  const { params } = await session.take('$log');
  return { times: seen.map(({ $t }) => $t - last), told: params.text };
}

test('samples of a start that met no hub are dated by the chip’s clock, which goes through a reset and deep sleep', async () => {
  for (const [end, away] of [
    ['machine.reset()', 0],
    ['machine.deepsleep(2000)', 2000],
  ] as const) {
    const { times, told } = await timesAfter(end);
    expect(told).toMatch(/^times of start [0-9a-f]{12} are counted back from the next one/);
    const [one = 0, two = 0, three = 0] = times;
    expect(two - one).toBeGreaterThanOrEqual(400);
    expect(three - two).toBeGreaterThanOrEqual(400);
    // 400 ms of sleep behind the third, then the way into the next start.
    expect(three).toBeLessThanOrEqual(-400 - away + 1000);
  }
});

test('after a power cut they are dated as if it had been none: never too early, in order, and that is said', async () => {
  const { times, told } = await timesAfter('input()');
  expect(told).toContain('too late by as long as the power was away');
  const [one = 0, two = 0, three = 0, four] = times;
  expect(two - one).toBeGreaterThanOrEqual(400);
  expect(three - two).toBeGreaterThanOrEqual(400);
  expect(three).toBeLessThanOrEqual(four ?? 0);
});

test('a start that learns the time writes it down for those samples in flash that have none', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port, 'spill=65536')}
from kiteline.blocks import found, head, read
for n in range(1, 81):
    board.send({"n": n, "text": "x" * 40})
print(len(found()))
@board.task
async def look():
    while not board.online:
        await asyncio.sleep_ms(1)
    print("files", [head(read(each))[2:4] for each in found()])
board.run()
`);
  const session = await hub.session({ time: NOW });
  await session.sample(80);
  const [, files = ''] = await running.out(/files (\[.*\])/);
  // The time is the hub's at the board's uptime 0.
  expect(files).toMatch(/^\[\(\d\d, None\), \(0, 1[78]\d{11}\)\]$/);
  session.say({ method: '$ack', params: { seq: 80 } });
});

test('what is left in RAM goes to flash when the program ends: by stop(), Ctrl-C, an exception', async () => {
  const program = (end: string) => `
import asyncio, kiteline
from kiteline.blocks import found
board = kiteline.Board("b", "127.0.0.1:1", [], spill=65536)
board.send({"n": 1})
@board.task
async def go():
    ${end}
try:
    board.run()
except BaseException as e:
    print(type(e).__name__)
print(board.waiting, board._samples.count, len(found()))
`;
  expect((await libraryLines(program('board.stop("deep sleep")'))).at(-1)).toBe('1 0 1');
  expect((await libraryLines(program('raise SystemExit()'))).slice(-2)).toEqual(['SystemExit', '1 0 1']);
  const running = await startLibrary(program('print("ready")'));
  await running.out(/ready/);
  running.board.interrupt();
  await running.out(/KeyboardInterrupt\r?\n1 0 1/);
});

test('a watchdog that restarts the board for want of a hub saves what is in RAM first', async () => {
  const running = await startLibrary(`
import kiteline
board = kiteline.Board("b", "127.0.0.1:1", [], spill=65536, watchdog=(400, 50))
print("waiting", board.waiting)
if board.waiting:
    raise SystemExit()
board.send({"n": 1})
board.run()
`);
  await running.out(/^waiting 1/m);
});

test('settings, and what is said of wrong ones', async () => {
  expect(
    await libraryLines(`
import kiteline, sys
def made(**named):
    try:
        board = kiteline.Board("b", "127.0.0.1:1", [], **named)
        print(type(board._samples).__name__, board._samples._limit if "kiteline.spill" in sys.modules else None)
    except ValueError as e:
        print(e)
made()
made(spill=0)
made(spill=4096)
made(spill="64k")
with open("/kiteline.json", "w") as f:
    f.write('{"spill":8192}')
made(spill=0)
made()
made(spill=65536)
board = kiteline.Board("b", "127.0.0.1:1", [], spill=65536)
try:
    board.send({"text": "x" * 8080})
except ValueError as e:
    print(e)
`),
  ).toEqual([
    'Samples None',
    'Samples None',
    'spill is bytes of flash from 8192 on, or 0 for none, not 4096',
    "spill is bytes of flash from 8192 on, or 0 for none, not '64k'",
    'Samples None',
    'Spilled 8192',
    'Spilled 65536',
    expect.stringMatching(/^with spill a sample takes 8078 bytes at most, this one has 80\d\d$/),
  ]);
});

/** Samples, fast, each with a number that no other start has. */
const FILLING = `
import asyncio, kiteline, os
board = kiteline.Board("b", "127.0.0.1:1", [], spill=131072)
TAG = int.from_bytes(os.urandom(3), "big") * 100000
made = 0
@board.every(2)
def n():
    global made
    made += 1
    return {"n": TAG + made, "text": "x" * 30}
with open("/starts", "a") as f:
    f.write("x")
print("start", os.stat("/starts")[6], board.waiting)
board.run()
`;

const DRAINING = (port: number) => `${boardAt(port, 'spill=131072')}
@board.task
async def tell():
    print("stored", await board.stored(60000), board.dropped)
board.run()
`;

/** What is in the whole files of samples, by boot id: number → the sample. Format: blocks.py. */
function inFlash(flash: string): Map<string, Map<number, { n: number }>> {
  const found = new Map<string, Map<number, { n: number }>>();
  const folder = join(flash, 'kiteline-spill');
  for (const name of readdirSync(folder).sort()) {
    const file = readFileSync(join(folder, name));
    const end = file.length - 4;
    if (end < 33 || crc32(file.subarray(0, end)) !== file.readUInt32BE(end)) continue;
    const boot = file.toString('hex', 1, 7);
    const samples = found.get(boot) ?? new Map();
    found.set(boot, samples);
    let seq = file.readUInt32BE(7);
    for (let at = 33; at < end; seq++) {
      const body = file.subarray(at + 2, at + 2 + file.readUInt16BE(at));
      at += 2 + body.length;
      // Behind a zero byte and five of uptime, for there was no time; without the end of the object.
      samples.set(seq, JSON.parse(`${body.toString('utf8', body[0] === 0 ? 6 : 0)}}`));
    }
  }
  return found;
}

test('an outage far beyond RAM, and power that goes at random bytes: what was whole in flash is stored once, under its boot id', async () => {
  const board = await makeBoard({ files: { ...boardLibrary(), 'main.py': FILLING } });
  const filling = watch(board);
  const starts = 6;
  for (let start = 1; start <= starts; start++) {
    await filling.out(new RegExp(`^start ${start}\\b`, 'm'));
    const reset = once(board, 'reset');
    // The first start gets through with two files at least.
    const afterBytes = (start === 1 ? 8_200 : 0) + Math.floor(Math.random() * 12_000);
    board.cutPower({ afterBytes, torn: start % 2 === 0 });
    await reset;
  }
  await filling.out(new RegExp(`^start ${starts + 1}\\b`, 'm'));
  await board.stop();
  const whole = inFlash(board.flash);
  expect([...whole.values()].reduce((sum, { size }) => sum + size, 0)).toBeGreaterThan(80);
  const store = new MemoryStore();
  const hub = createHub({ store });
  onTestFinished(() => hub.close());
  const { tcp } = await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
  board.write({ 'main.py': DRAINING(tcp?.port ?? 0) });
  await watch(board).out(/stored True 0\r?\n/);
  const stored = (await store.query({ board: 'b', metric: 'n', limit: 100_000 })).map(({ value }) => value);
  const owed = [...whole.values()].flatMap((samples) => [...samples.values()].map(({ n }) => n));
  expect(stored.toSorted()).toEqual(owed.toSorted());
  const acks = new Map((await store.acks('b')).map(({ boot, seq }) => [boot, seq]));
  for (const [boot, samples] of whole) expect(acks.get(boot)).toBe(Math.max(...samples.keys()));
  expect(readdirSync(join(board.flash, 'kiteline-spill'))).toEqual([]);
}, 120_000);
