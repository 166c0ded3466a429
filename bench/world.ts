/**
 * Rovers in a room: what a step of the world costs, what an edge costs on its way to a handler or a counter, and how many rovers this machine
 * bears at which speed. A time that is asked to run N times as fast stands still while a board's thread has no processor: what comes out is
 * the factor that was reached.
 *
 *   npm run -s bench:world -- [--seconds N]
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import {
  Air,
  placeRover,
  Room,
  STANDARD_ROVER,
  STANDARD_WIRING,
  type VirtualBoard,
  type VirtualRover,
  virtualBoard,
} from '../src/virtual/index.ts';
import { RoverState, STATE } from '../src/virtual/world/rover-state.ts';
import { RoverWorld } from '../src/virtual/world/rover-world.ts';
import { median, table } from './figures.ts';

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '6' } } });
/** Of our time, for each row. */
const MEASURE_MS = Number(options.seconds) * 1_000;
const SIDE = 120;

/** A hall of 6 m × 6 m. */
function hall(): Room {
  const isWall = (at: number) => at < 2 || at >= SIDE - 2;
  const rows = Array.from({ length: SIDE }, (_, row) =>
    Array.from({ length: SIDE }, (_, column) => (isWall(row) || isWall(column) ? '@' : '.')).join(''),
  );
  return Room.parse(`type octile\nheight ${SIDE}\nwidth ${SIDE}\nmap\n${rows.join('\n')}\n`, { cell: 0.05 });
}

/** Drives circles at half of its speed, with a loop of 50 Hz and a reading each third time; the longest pause between two turns of it is told. */
const CIRCLES = `
import time, machine
from machine import Encoder, Pin, PWM
left, right = Encoder(0, Pin(34), Pin(35), phases=4), Encoder(1, Pin(36), Pin(39), phases=4)
for pin in (25, 32):
    Pin(pin, Pin.OUT, value=1)
PWM(Pin(27), freq=1000, duty_u16=32000)
PWM(Pin(14), freq=1000, duty_u16=36000)
trigger, echo = Pin(5, Pin.OUT, value=0), Pin(18, Pin.IN)
turn = 0
longest = 0
last = time.ticks_ms()
while True:
    time.sleep_ms(20)
    now = time.ticks_ms()
    longest = max(longest, time.ticks_diff(now, last))
    last = now
    left.value(), right.value()
    turn += 1
    if turn % 3 == 0:
        trigger.on()
        time.sleep_us(10)
        trigger.off()
        machine.time_pulse_us(echo, 1, 30000)
    if turn % 50 == 0:
        print(longest)
        longest = 0
`;

/** Counts a wheel's edges in a handler: what the board's thread spends on it, per edge. */
const HANDLED = `
import time
from machine import Counter, Pin, PWM
for pin in (25, 32):
    Pin(pin, Pin.OUT, value=1)
count = 0
def edge(pin):
    global count
    count += 1
if HANDLER:
    Pin(34).irq(edge)
PWM(Pin(27), freq=1000, duty_u16=65535)
counter = Counter(0, Pin(34), edge=3)
print("begins")
time.sleep(SECONDS)
PWM(Pin(27), duty_u16=0)
time.sleep(1)
print("edges", counter.value(), count)
Pin(34).irq(None)
`;

interface Run {
  board: VirtualBoard;
  rover: VirtualRover;
  /** Lines that it printed. */
  lines: string[];
}

async function start(name: string, air: Air, room: Room, program: string): Promise<Run> {
  const board = await virtualBoard({ name, air, files: { 'main.py': program } });
  const rover = placeRover(board, { room, pose: { x: 3, y: 3, heading: 0 } });
  const lines: string[] = [];
  let text = '';
  board.on('stdout', (bytes) => {
    const parts = (text + Buffer.from(bytes).toString()).split('\n');
    text = parts.pop() ?? '';
    lines.push(...parts);
  });
  board.on('stderr', (bytes) => process.stderr.write(bytes));
  return { board, rover, lines };
}

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Microseconds of a step of 1 ms, while both wheels turn, without a board. */
function step(): number {
  const state = new RoverState();
  state.pose = { x: 3, y: 3, heading: 0 };
  state.set(STATE.CHARGE, 1);
  const setup = {
    room: hall().setup,
    state: state.buffer,
    wiring: STANDARD_WIRING,
    parameters: STANDARD_ROVER,
    mismatch: 0,
  };
  const world = new RoverWorld(setup, { level() {}, volts() {} });
  const { left, right } = STANDARD_WIRING;
  for (const { in1, pwm } of [left, right]) {
    world.drive(in1, 1, 1, 0);
    world.drive(pwm, 1, 0.5, 0);
  }
  world.drive(right.pwm, 1, 0.55, 0);
  const go = (ms: number) => {
    const until = world.time + ms;
    while (world.next(until));
  };
  go(20_000);
  const times: number[] = [];
  for (let run = 0; run < 9; run++) {
    const begun = performance.now();
    go(20_000);
    times.push(((performance.now() - begun) * 1_000) / 20_000);
  }
  return median(times);
}

/** The process's time for an edge, microseconds, and edges a second. */
async function edges(handler: boolean): Promise<{ cpuMs: number; perSecond: number; lost: number }> {
  const seconds = MEASURE_MS / 1_000;
  const program = HANDLED.replace('HANDLER', handler ? 'True' : 'False').replace('SECONDS', String(seconds));
  const { board, rover, lines } = await start('edges', new Air(), hall(), program);
  const run = board.run();
  while (!lines.includes('begins')) await sleep(5);
  const before = process.cpuUsage();
  while (!lines.some((line) => line.startsWith('edges'))) await sleep(20);
  const { user, system } = process.cpuUsage(before);
  await run;
  const [, counted = 0, handled = 0] = (lines.at(-1) ?? '').split(' ').map(Number);
  rover.close();
  await board.close();
  return { cpuMs: (user + system) / 1_000, perSecond: counted / seconds, lost: counted - handled };
}

async function crowd(count: number, speed: number): Promise<string[]> {
  const air = new Air({ speed });
  const room = hall();
  const runs = await Promise.all(
    Array.from({ length: count }, (_, number) => start(`rover-${number}`, air, room, CIRCLES)),
  );
  for (const { board } of runs) void board.run();
  // All of them drive, and have told of the pauses of their start.
  while (runs.some(({ lines }) => lines.length < 2)) await sleep(10);
  const told = runs.map(({ lines }) => lines.length);
  const [cpu, begun, from] = [process.cpuUsage(), performance.now(), air.pace.now()];
  await sleep(MEASURE_MS);
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const factor = (air.pace.now() - from) / ms;
  const pauses = runs.flatMap(({ lines }, index) => lines.slice(told[index]).map(Number));
  for (const { board, rover } of runs) {
    rover.close();
    await board.close();
  }
  return [
    String(count),
    `${speed}×`,
    `${factor.toFixed(2)}×`,
    ((user + system) / 1_000 / ms).toFixed(2),
    pauses.length === 0 ? '–' : String(median(pauses)),
    pauses.length === 0 ? '–' : String(Math.max(...pauses)),
  ];
}

console.log(`${cpus().length} cores, ${cpus()[0]?.model}\n`);
console.log(`a step of 1 ms of one rover: ${step().toFixed(2)} µs (median of 9 × 20,000)`);
const [plain, handled] = [await edges(false), await edges(true)];
const each = ((handled.cpuMs - plain.cpuMs) * 1_000) / (handled.perSecond * (MEASURE_MS / 1_000));
console.log(
  `an edge to a Python handler: ${each.toFixed(0)} µs of processor at ${handled.perSecond.toFixed(0)} edges a second, ${handled.lost} lost\n`,
);
const rows = [];
for (const speed of [1, 4, 10, 20])
  for (const count of [1, 2, 4, 8, 16]) rows.push(await crowd(count, speed));
table([['rovers', 'asked', 'reached', 'cores busy', 'pause, ms', 'longest, ms'], ...rows]);
console.log(
  '\npause: between two turns of the programs’ loops of 20 ms, by their own clock: the longest of each second.',
);
