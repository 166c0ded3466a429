/**
 * Our store against a row a sample in the same SQLite (WITHOUT ROWID, prepared, WAL, synchronous=FULL, a commit every
 * 100 ms): values stored a second until all are committed, bytes a value on disk once closed, 500 buckets (min, mean,
 * max) of one series over all of its time, and opening again. 100 series, two decimals, one value a second: with 10
 * million values that is 28 hours. The answers of both are compared.
 *
 *   npm run -s bench:store -- [MILLIONS] [ROUNDS]
 */
import { cpus } from 'node:os';
import { median, spread, table } from './figures.ts';
import { ownCpu } from './kit/answers.ts';
import { removeFolder, tempFolder } from './kit/children.ts';
import {
  type BucketFigures,
  bytesIn,
  type Contestant,
  kiteline,
  type Opened,
  rows,
} from './store/contestants.ts';
import { BOARDS, type Data, METRICS, makeData, SERIES } from './store/data.ts';

const MILLIONS = Number(process.argv[2] ?? 10);
const ROUNDS = Number(process.argv[3] ?? 3);
const BUCKETS = 500;
/** Series asked in each round, each once: so that nothing is asked for twice. */
const QUERIES = 100; // one a series

/** Points of each series that are stored before it counts, so that the code is compiled. */
const WARM_POINTS = 4_000;

const contestants = [kiteline, rows];
const newFigures = () => ({
  rate: [] as number[],
  cpu: [] as number[],
  closing: [] as number[],
  bytes: [] as number[],
  query: [] as number[],
  reopen: [] as number[],
});
type Figures = ReturnType<typeof newFigures>;
const figures = new Map<Contestant, Figures>(contestants.map((one) => [one, newFigures()]));

async function fill(one: Contestant, folder: string, data: Data, own: Figures): Promise<void> {
  const cpu = ownCpu();
  const { committed, closing } = await one.fill(folder, data);
  const count = SERIES * data.points;
  own.rate.push((count / committed) * 1_000);
  own.cpu.push((ownCpu() - cpu) / count);
  own.closing.push(closing);
  own.bytes.push(bytesIn(folder) / count);
}

async function reopen(one: Contestant, folder: string, own: Figures): Promise<Opened> {
  const began = performance.now();
  const opened = await one.open(folder);
  await opened.ready();
  own.reopen.push(performance.now() - began);
  return opened;
}

/** Whether both found the same. */
function same(a: readonly BucketFigures[], b: readonly BucketFigures[]): boolean {
  return (
    a.length === b.length &&
    a.every((bucket, i) => {
      const { count, min, mean, max } = b[i] as BucketFigures;
      const near = Math.abs(bucket.mean - mean) < 1e-6;
      return bucket.count === count && bucket.min === min && bucket.max === max && near;
    })
  );
}

const warm = makeData(WARM_POINTS, { jitter: false });
for (const one of contestants) {
  const folder = tempFolder();
  await fill(one, folder, warm, newFigures());
  removeFolder(folder);
}
const data = makeData(Math.round((MILLIONS * 1e6) / SERIES), { jitter: false });
const from = data.times[0] ?? 0;
const to = (data.times.at(-1) ?? 0) + 1;
let different = 0;
for (let round = 0; round < ROUNDS; round++) {
  const order = round % 2 ? [...contestants].reverse() : contestants;
  const folders = new Map(order.map((one) => [one, tempFolder()]));
  const opened = new Map<Contestant, Opened>();
  for (const one of order) await fill(one, folders.get(one) ?? '', data, figures.get(one) as Figures);
  for (const one of order) {
    opened.set(one, await reopen(one, folders.get(one) ?? '', figures.get(one) as Figures));
  }
  for (let query = 0; query < QUERIES; query++) {
    const answers: BucketFigures[][] = [];
    for (const one of contestants) {
      const metric = (query + round) % METRICS.length;
      const began = performance.now();
      const answer = await opened.get(one)?.buckets(query % BOARDS, metric, from, to, BUCKETS);
      figures.get(one)?.query.push(performance.now() - began);
      answers.push(answer ?? []);
    }
    if (!same(answers[0] ?? [], answers[1] ?? [])) different++;
  }
  for (const one of opened.values()) await one.close();
  for (const folder of folders.values()) removeFolder(folder);
}

console.log(
  `${MILLIONS} million values of ${SERIES} series, ${data.points} of each; ${ROUNDS} rounds, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}: median (lowest to highest)\n`,
);
const shown = (own: Figures) => [
  spread(
    own.rate.map((rate) => rate / 1_000),
    0,
  ),
  spread(own.bytes, 2),
  spread(own.query, 1),
  spread(own.reopen, 0),
  median(own.cpu).toFixed(2),
  median(own.closing).toFixed(0),
];
const [ours, theirs] = contestants.map((one) => figures.get(one) ?? newFigures());
table([
  [
    '',
    '1,000 values/s',
    'bytes a value',
    `${BUCKETS} buckets, ms`,
    'open, ms',
    'CPU µs a value',
    'close, ms',
  ],
  ...contestants.map((one) => [one.name, ...shown(figures.get(one) ?? newFigures())]),
]);
if (ours && theirs) {
  const ratio = (what: keyof Figures) => median(ours[what]) / median(theirs[what]);
  console.log(`
values/s: ${ratio('rate').toFixed(2)} times (goal: at least 5)
bytes a value: 1/${(1 / ratio('bytes')).toFixed(1)} (goal: at most 1/6)
${BUCKETS} buckets: 1/${(1 / ratio('query')).toFixed(1)} of the time (goal: at most 1/20); ${different} of ${ROUNDS * QUERIES} answers differ
open again: ${(median(ours.reopen) / 1_000).toFixed(2)} s (goal: below 2 s with 10 million)`);
}

// Boards' clocks and their Wi-Fi are not exact to the millisecond: what that costs on disk.
const stray = newFigures();
const folder = tempFolder();
await fill(kiteline, folder, makeData(Math.min(data.points, 20_000), { jitter: true }), stray);
removeFolder(folder);
console.log(`bytes a value where times stray by some milliseconds: ${median(stray.bytes).toFixed(2)}`);
process.exit();
