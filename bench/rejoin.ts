/**
 * 1,000 boards with sessions, all cut at once, all back at once: how long until all are online, how long the hub's event
 * loop stands still meanwhile, and whether every sample is in the store exactly once. Two ways: every connection is reset
 * and all boards dial in the same millisecond two seconds later; and the hub is killed (SIGKILL) and started again on the same
 * data and port, while every board tries each 100 to 300 ms. The boards take a sample each 250 ms throughout, keep what
 * is not acknowledged, and send it again.
 *
 *   npm run -s bench:rejoin -- [ROUNDS] [BOARDS]
 */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, spread, table } from './figures.ts';
import { now } from './kit/answers.ts';
import { Child, removeFolder, tempFolder } from './kit/children.ts';
import { openStore } from './kit/store.ts';
import type { Rejoined, Settled } from './rejoin/boards.ts';
import type { HubEnd, HubPause, HubStart } from './rejoin/hub.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const BOARDS = Number(process.argv[3] ?? 1_000);
const PROCESSES = 4;
const OUTAGE_MS = 2_000;
/** Between rounds, for the backlog to be acknowledged. */
const QUIET_MS = 2_000;

const folder = tempFolder();
const startHub = (port: number) =>
  new Child(new URL('./rejoin/hub.ts', import.meta.url), [folder, String(port)]);

let hub = startHub(0);
const { port } = await hub.hears<HubStart>();
const each = Math.ceil(BOARDS / PROCESSES);
const crowds = Array.from({ length: PROCESSES }, (_, i) => {
  const first = i * each;
  const args = [port, first, Math.min(each, BOARDS - first)].map(String);
  return new Child(new URL('./rejoin/boards.ts', import.meta.url), args);
});
await Promise.all(crowds.map((crowd) => crowd.hears()));
const askAll = <T>(question: object): Promise<T[]> =>
  Promise.all(crowds.map((crowd) => crowd.ask<T>(question, 120_000)));

interface Row {
  name: string;
  all: number[];
  half: number[];
  pause: number[];
  busy: number[];
  resent: number[];
}

async function measure(row: Row, from: () => number, rejoined: Promise<Rejoined[]>): Promise<void> {
  const answers = await rejoined;
  const after = answers.flatMap(({ online }) => online.map((at) => at - from()));
  await sleep(QUIET_MS); // what is sent again belongs to it
  const { worst, busy } = await hub.ask<HubPause>({ ask: 'pause' });
  row.all.push(Math.max(...after) / 1_000);
  row.half.push(median(after) / 1_000);
  row.pause.push(worst);
  row.busy.push(busy);
  row.resent.push(answers.reduce((sum, { resent }) => sum + resent, 0));
}

const newRow = (name: string): Row => ({
  name,
  all: [],
  half: [],
  pause: [],
  busy: [],
  resent: [],
});
const first = newRow('the first time');
const cut = newRow('all connections cut');
const killed = newRow('hub killed and back');

const began = now();
await measure(first, () => began, askAll<Rejoined>({ ask: 'join' }));
for (let round = 0; round < ROUNDS; round++) {
  await hub.ask<HubPause>({ ask: 'pause' });
  const at = now() + OUTAGE_MS;
  await measure(cut, () => at, askAll<Rejoined>({ ask: 'cut', at }));

  await askAll({ ask: 'expect' });
  await hub.kill();
  await sleep(OUTAGE_MS);
  hub = startHub(port);
  let back = 0;
  const listening = hub.hears<HubStart>().then(({ at }) => {
    back = at;
  });
  await Promise.all([listening, measure(killed, () => back, askAll<Rejoined>({ ask: 'rejoined' }))]);
}

const settled = await askAll<Settled>({ ask: 'settle' });
const { dropped, problems } = await hub.ask<HubEnd>({ ask: 'close' }, 60_000);
await Promise.all([hub, ...crowds].map((child) => child.end()));

/** Every number of every board from 1 on must be there once. */
async function audit(numbered: number[]): Promise<{ samples: number; lost: number; doubled: number }> {
  const store = await openStore(folder);
  let [samples, lost, doubled] = [0, 0, 0];
  for (const [board, count] of numbered.entries()) {
    const times = new Uint32Array(count + 1);
    for await (const page of store.points({ board: `board-${board}`, metric: 'n' }))
      for (const { value } of page) times[Number(value)] = (times[Number(value)] ?? 0) + 1;
    samples += count;
    lost += times.subarray(1).filter((n) => n === 0).length;
    doubled += times.filter((n) => n > 1).length;
  }
  await store.close();
  return { samples, lost, doubled };
}

const { samples, lost, doubled } = await audit(settled.flatMap(({ numbered }) => numbered));
const waiting = settled.reduce((sum, crowd) => sum + crowd.waiting, 0);
console.log(
  `${BOARDS} boards in ${PROCESSES} processes, ${ROUNDS} rounds, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}: median (lowest to highest)\n`,
);
table([
  [
    '',
    'all online after s',
    'half of them',
    'longest pause of the hub, ms',
    'most CPU in one, ms',
    'samples sent again',
  ],
  ...[first, cut, killed].map(({ name, all, half, pause, busy, resent }) => [
    name,
    spread(all, 2),
    spread(half, 2),
    spread(pause, 0),
    spread(busy, 0),
    spread(resent, 0),
  ]),
]);
console.log(
  `\n${samples} samples numbered: ${lost} lost, ${doubled} doubled, ${waiting} boards without their last acknowledgement; the hub's last run counted ${JSON.stringify(dropped)}, ${problems} problems`,
);
console.log('goals: all online within 10 s, no pause over 200 ms, none lost or doubled');
removeFolder(folder);
process.exit();
