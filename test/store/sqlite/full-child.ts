/** A program whose files may not grow beyond a limit: it appends until it is refused, and some times more. */
import { systemClock } from '../../../src/clock.ts';
import { openSqlite } from '../../../src/store/sqlite/database.ts';
import { Engine } from '../../../src/store/sqlite/engine.ts';
import { systemFiles } from '../../../src/store/sqlite/files.ts';
import { limitsOf } from './limits.ts';
import { Workload } from './workload.ts';

const workload = new Workload(20);
const engine = new Engine({
  folder: process.argv[2] ?? '',
  readOnly: false,
  limits: limitsOf({ logBytes: 20_000 }),
  clock: systemClock,
  files: systemFiles,
  openDatabase: openSqlite,
  problem: () => {},
});
const refusals: string[] = [];
let n = 1;
while (refusals.length < 10) {
  const { samples, texts, acks } = workload.batch(n);
  try {
    engine.append(samples.parts, texts, acks);
    n++;
  } catch (error) {
    refusals.push((error as Error).message);
  }
  engine.maintain();
}
console.log(JSON.stringify({ taken: n - 1, refusals }));
engine.close();
