/**
 * How long a setpoint takes from the hub to the handler on a virtual board: a control as it is (by datagram where that works),
 * the same control on the session alone (TCP), and MQTT with QoS 0 through Mosquitto to `umqtt.simple`. The same setpoints, 20 a
 * second, for all of them in turn, in good air, with 5 % loss (a lost TCP segment comes 200 ms late, Linux's least retransmission
 * time) and with up to 200 ms of jitter. A setpoint counts as there when the handler has it, or a newer one in its place: what
 * comes late says nothing any more. Hub, boards and the clock that both are measured by are in this process; Mosquitto is not.
 *
 *   npm run -s bench:control -- [ROUNDS] [SETPOINTS]
 */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type System, startControl, startMqtt } from './control/systems.ts';
import { median, quantile, spread, table } from './figures.ts';
import { findMosquitto } from './kit/peers.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const SETPOINTS = Number(process.argv[3] ?? 200);
const EVERY_MS = 50;
/** Milliseconds for what is still under way after the last setpoint. */
const SETTLE_MS = 3_000;
/** Setpoints before those that count: what the hub has measured of the air before says nothing of this one. */
const WARM = 40;

const WEATHERS = [
  { name: 'good air', weather: {} },
  { name: '5 % loss', weather: { loss: 0.05 } },
  { name: '200 ms jitter', weather: { jitterMs: 200 } },
];

interface Measured {
  p50: number[];
  p99: number[];
  own: number;
  missing: number;
  told: string[];
}

const mosquitto = findMosquitto();
const systems: System[] = [await startControl('control', true, 1), await startControl('session', false, 2)];
if ('path' in mosquitto) systems.push(await startMqtt('MQTT QoS 0', mosquitto.path, 3));
let sentSoFar = 0;
for (const system of systems) await reached(system);

const results = new Map<string, Measured>();
for (let round = 0; round <= ROUNDS; round++) {
  for (const { name: weather, weather: air } of WEATHERS) {
    for (const { board } of systems) board.weather = air;
    await send(WARM);
    const sent = await send(SETPOINTS);
    for (const [at, { name, board, begin }] of systems.entries()) {
      const key = `${weather} ${name}`;
      const { times, own } = board.latencies(sent[at] as number[], sentSoFar - SETPOINTS);
      const told = begin();
      if (round === 0) continue; // warm up
      const measured = results.get(key) ?? { p50: [], p99: [], own: 0, missing: 0, told: [] };
      measured.p50.push(median(times));
      measured.p99.push(quantile(times, 0.99));
      measured.own += own;
      measured.missing += SETPOINTS - times.length;
      measured.told.push(told);
      results.set(key, measured);
    }
  }
}

console.log(
  `${ROUNDS} rounds of ${SETPOINTS} setpoints, one every ${EVERY_MS} ms, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}: median (lowest to highest), ms\n`,
);
const rows = [['', '', 'p50', 'p99', 'control ÷ this, p50', 'p99', 'seen itself', 'never']];
for (const { name: weather } of WEATHERS) {
  const ours = results.get(`${weather} control`);
  for (const { name } of systems) {
    const theirs = results.get(`${weather} ${name}`);
    if (!ours || !theirs) continue;
    const ratio = (key: 'p50' | 'p99') =>
      spread(
        ours[key].map((value, i) => value / (theirs[key][i] ?? Number.NaN)),
        2,
      );
    rows.push([
      weather,
      name,
      spread(theirs.p50, 2),
      spread(theirs.p99, 2),
      theirs === ours ? '' : ratio('p50'),
      theirs === ours ? '' : ratio('p99'),
      `${((100 * theirs.own) / (ROUNDS * SETPOINTS)).toFixed(1)} %`,
      String(theirs.missing),
    ]);
  }
}
table(rows);
console.log('\nAs the hub measured it, in the last round:');
for (const { name: weather } of WEATHERS)
  for (const { name } of systems) {
    const told = results.get(`${weather} ${name}`)?.told.at(-1);
    if (told) console.log(`  ${weather}, ${name}: ${told}`);
  }
if ('missing' in mosquitto) console.log(`\n${mosquitto.missing}`);
for (const { close } of systems) await close();
process.exit();

/** Sends so many setpoints to each, the systems one after the other within each turn. @returns when each was sent */
async function send(count: number): Promise<number[][]> {
  const sent = systems.map((): number[] => []);
  const first = sentSoFar;
  sentSoFar += count;
  for (const { board } of systems) board.begin();
  const from = performance.now();
  const step = EVERY_MS / systems.length;
  for (let turn = 0; turn < count * systems.length; turn++) {
    const wait = from + turn * step - performance.now();
    if (wait > 0) await sleep(wait);
    const [at, i] = [turn % systems.length, Math.floor(turn / systems.length)];
    (sent[at] as number[]).push(performance.now());
    (systems[at] as System).set(first + i);
  }
  const until = performance.now() + SETTLE_MS;
  while (systems.some(({ board }) => board.newest < sentSoFar - 1) && performance.now() < until)
    await sleep(20);
  return sent;
}

/** Resolves when the handler has had a setpoint: who subscribes first has missed those before. */
async function reached({ board, set }: System): Promise<void> {
  while (board.newest < 0) {
    set(sentSoFar++);
    await sleep(100);
  }
}
