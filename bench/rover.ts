/**
 * The rover example in rooms it does not know: random goals one after the other, under four conditions. The board program and the
 * hub program are the example's; the rover, its range finder and the air are virtual, and time runs faster.
 * Goals: every goal reached, no contact with a wall, and the rover stands within the plan's lease when the hub is gone.
 *
 *   npm run -s bench:rover -- [--goals N] [--rooms flat,workshop,warehouse] [--only TEXT] [--speed N] [--seed N]
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { spread, table } from './figures.ts';
import { CONDITIONS } from './rover/conditions.ts';
import { type Place, roomOf, Trip } from './rover/trip.ts';

const { values: options } = parseArgs({
  options: {
    goals: { type: 'string', default: '20' },
    rooms: { type: 'string', default: 'flat,workshop,warehouse' },
    /** Conditions whose name has this in it. */
    only: { type: 'string', default: '' },
    speed: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
  },
});
const GOALS = Number(options.goals);
/** As far as a goal counts as reached, metres. */
const NEAR = 0.1;
/** The plan's lease in main.py, milliseconds. */
const LEASE_MS = 2_000;
/** For one goal, milliseconds of the rover's time: a room that is not known takes a few minutes. */
const PATIENCE_MS = 900_000;

interface Figures {
  reached: number;
  ends: string[];
  contacts: number;
  metres: number;
  seconds: number[];
  off: number[];
  stopMs: number;
}

async function drive(room: string, { name, begin }: (typeof CONDITIONS)[number]): Promise<Figures> {
  const trip = await Trip.start({
    room: roomOf(room),
    speed: Number(options.speed),
    seed: Number(options.seed),
  });
  const figures: Figures = { reached: 0, ends: [], contacts: 0, metres: 0, seconds: [], off: [], stopMs: 0 };
  const condition = begin(trip);
  for (let n = 0; n < GOALS; n++) {
    const goal: Place = trip.anywhere();
    const from = trip.rover.timeMs;
    condition.onGoal?.();
    const end = await trip.go(goal, PATIENCE_MS);
    const off = trip.distanceTo(goal);
    figures.seconds.push((trip.rover.timeMs - from) / 1_000);
    figures.off.push(off * 100);
    if (end === 'arrived' && off <= NEAR) figures.reached += 1;
    else
      figures.ends.push(
        `goal ${n + 1} at ${goal.map((metres) => metres.toFixed(2))}: ${end}, ${off.toFixed(2)} m off`,
      );
    process.stderr.write(
      `${room}, ${name}: goal ${n + 1} ${end}, ${(off * 100).toFixed(1)} cm off, ${figures.seconds.at(-1)?.toFixed(0)} s\n`,
    );
  }
  await condition.end?.();
  await leaves(trip);
  await trip.hub.close();
  const gone = trip.rover.timeMs;
  figures.stopMs = (await trip.stands()) - gone;
  figures.contacts = trip.rover.contactCount;
  figures.metres = trip.rover.driven;
  await trip.close();
  return figures;
}

/** Sends it somewhere, until it drives. */
async function leaves(trip: Trip): Promise<void> {
  for (;;) {
    await trip.begin(trip.anywhere());
    const isMoving = trip.moves().then(() => trip.rover.speed.linear > 0.15);
    if (await Promise.race([isMoving, trip.sleep(20_000)])) return;
  }
}

console.log(
  `${GOALS} goals a row, seed ${options.seed}, ${options.speed} times as fast as the clock on the wall, ${cpus().length} cores, Node ${process.versions.node}\n`,
);
const rows = [['', '', 'reached', 'contacts', 'metres', 's a goal', 'cm off', 'stands after, ms']];
let isMissed = false;
const notes: string[] = [];
for (const room of options.rooms.split(',')) {
  for (const condition of CONDITIONS.filter(({ name }) => name.includes(options.only))) {
    const { reached, ends, contacts, metres, seconds, off, stopMs } = await drive(room, condition);
    rows.push([
      room,
      condition.name,
      `${reached} of ${GOALS}`,
      String(contacts),
      metres.toFixed(0),
      spread(seconds, 0),
      spread(off),
      stopMs.toFixed(0),
    ]);
    notes.push(...ends.map((end) => `${room}, ${condition.name}, ${end}`));
    if (reached < GOALS || contacts > 0 || stopMs > LEASE_MS) isMissed = true;
  }
}
table(rows);
for (const note of notes) console.log(note);
console.log(isMissed ? '\nMISSED' : '\nAll goals reached, no contact, and it stands within the lease.');
process.exit(isMissed ? 1 : 0);
