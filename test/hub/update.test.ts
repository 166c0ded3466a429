/** What is said of an update is true, whatever answers get lost: the hub's side alone, with a board that a test plays. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { type CommandOutcome, expired, unknown } from '../../src/hub/command-outcomes.ts';
import { Feed } from '../../src/hub/feed.ts';
import type { Inside } from '../../src/hub/inside.ts';
import { programOf } from '../../src/hub/programs/manifest.ts';
import { Programs } from '../../src/hub/programs/programs.ts';
import { type UpdateOptions, updateBoard } from '../../src/hub/programs/update.ts';
import type { JsonObject } from '../../src/wire/index.ts';

const done = (result: JsonObject = {}): CommandOutcome => ({ outcome: 'done', result });

/** @param answers what comes of each request, told by what it does and how often that was asked for */
function play(answers: (does: string, time: number) => CommandOutcome, options: UpdateOptions = {}) {
  const clock = new ManualClock();
  const programs = new Programs(new Feed());
  const asked: string[] = [];
  const inside = {
    clock,
    programs,
    keys: { isClosed: () => true },
    boards: { get: () => undefined },
    commands: {
      start(
        _board: string,
        _name: string,
        args: JsonObject,
        _ms: number,
        settled: (outcome: CommandOutcome) => void,
      ) {
        const does = String(args.do);
        asked.push(does);
        settled(answers(does, asked.filter((each) => each === does).length));
        return () => {};
      },
    },
  };
  const outcome = updateBoard('b', { 'main.py': 'x' }, inside as unknown as Inside, options);
  const says = (info: { id?: string; trial?: true; failed?: { id?: string; why: string } }) =>
    programs.heard('b', info, undefined, 0);
  return { clock, outcome, asked, says };
}

/** Lets the update go on as far as it can, over its pauses. */
async function settle(clock: ManualClock, ms = 0): Promise<void> {
  for (let n = 0; n < 20; n++) await Promise.resolve();
  clock.advance(ms);
  for (let n = 0; n < 20; n++) await Promise.resolve();
}

test('the answer to the end is lost, and the time is over: nobody knows, and nobody says that it stays', async () => {
  const { clock, outcome } = play(
    (does) => (does === 'end' ? unknown('NOT_BACK', 'b') : does === 'file' ? done({ have: true }) : done()),
    { deadline: 100 },
  );
  await settle(clock, 1_000);
  await settle(clock, 700_000);
  expect(await outcome).toMatchObject({ outcome: 'unknown' });
});

test('the end was never sent, and the time is over: the board goes on with what it has', async () => {
  const { clock, outcome } = play(
    (does) => (does === 'end' ? expired('OFFLINE', 'b') : does === 'file' ? done({ have: true }) : done()),
    { deadline: 100 },
  );
  clock.advance(200);
  await settle(clock, 1_000);
  expect(await outcome).toMatchObject({ outcome: 'expired' });
});

test('a board that has begun with it refuses to begin again: that is no failure of it', async () => {
  let says: ReturnType<typeof play>['says'] = () => {};
  const { id } = programOf({ 'main.py': 'x' });
  const refused: CommandOutcome = { outcome: 'failed', error: { code: -32000, message: 'on trial' } };
  const played = play((does, time) => {
    if (does === 'file') return done({ have: true });
    if (does === 'end') return unknown('RESTARTED', 'b');
    if (does === 'begin' && time === 2) {
      says({ id, trial: true }); // its hello comes first
      return refused;
    }
    return done();
  });
  says = played.says;
  await settle(played.clock, 500);
  played.says({ id });
  expect(await played.outcome).toMatchObject({ outcome: 'done', id });
  expect(played.asked.filter((does) => does === 'begin')).toHaveLength(2);
});
