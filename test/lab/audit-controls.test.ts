import { describe, expect, test } from 'vitest';
import { audit } from '../../src/lab/audit/audit.ts';
import { stopLateness } from '../../src/lab/audit/controls.ts';
import type { BoardRecord, ControlEvent, ControlRecord, SetpointRecord } from '../../src/lab/record.ts';
import { boardRecord, runRecord } from './records.ts';

const LEASE = 100;
const HOLD = 50;

/** The board's ticks are this machine's clock less so much. */
const BEHIND = 5_000;

type What = ControlEvent['what'];
const at = (ticks: number, what: What, keptMs = 0, boot = 0): ControlEvent => ({
  boot,
  ticks,
  ms: ticks + BEHIND,
  kept: { ms: keptMs, at: ticks },
  what,
});
const lived = (ticks: number, keptMs = 0) => at(ticks, { did: 'lived' }, keptMs);
const set = (ticks: number, k: number, n: number, leftMs = 90, boot = 0) =>
  at(ticks, { did: 'set', n, k, leftMs }, 0, boot);
const act = (ticks: number, k: number, keptMs = 0) => at(ticks, { did: 'act', k }, keptMs);
const acted = (ticks: number, k: number) => at(ticks, { did: 'acted', k });
const halt = (ticks: number, keptMs = 0) => at(ticks, { did: 'halt' }, keptMs);
const stop = (ticks: number, why = 'lapsed') => at(ticks, { did: 'stop', why });
const online = (ticks: number) => at(ticks, { did: 'online' });

const sent = (k: number, n: number, ticks: number, isRelease = false): SetpointRecord => ({
  k,
  n,
  isRelease,
  renewedMs: ticks + BEHIND,
});

const done = (ms: number) => ({ fromMs: ms, atMs: ms });

/** Two setpoints, each 10 ms under way; the lease lapses and the stop runs 3 ms later. */
const GOOD: ControlRecord = {
  leaseMs: LEASE,
  holdMs: HOLD,
  sent: [sent(1, 1, 990), sent(2, 2, 1_030)],
  steering: [
    { holder: 'a', did: 'took', k: 0, ...done(980 + BEHIND), isTaken: true },
    { holder: 'a', did: 'set', k: 1, ...done(990 + BEHIND), isTaken: true },
    { holder: 'a', did: 'set', k: 2, ...done(1_030 + BEHIND), isTaken: true },
  ],
  events: [
    online(900),
    set(1_000, 1, 1),
    act(1_000, 1),
    acted(1_002, 1),
    set(1_040, 2, 2),
    act(1_040, 2),
    acted(1_041, 2),
    lived(1_120),
    halt(1_133),
    stop(1_133),
    lived(1_500),
  ],
};

/** What the audit finds of a good record with these changes, as `kind count`. */
function found(change: Partial<ControlRecord>, boots?: BoardRecord['boots']): string[] {
  const board = boardRecord({ control: { ...GOOD, ...change } });
  if (boots) board.boots = boots;
  return audit(runRecord(board, { lagMs: 0 })).map(({ kind, count }) => `${kind} ${count}`);
}

/** The events up to one of them, and others in place of the rest. */
const until = (ticks: number, ...rest: ControlEvent[]) => [
  ...GOOD.events.filter((event) => event.ticks < ticks),
  ...rest,
];

test('a stream that lapses and stops breaks no promise', () => {
  expect(found({})).toEqual([]);
  expect(stopLateness(boardRecord({ control: GOOD }))).toEqual([3]);
});

describe('the stop', () => {
  test('that runs more than 50 ms late, or never', () => {
    expect(found({ events: until(1_130, lived(1_129), halt(1_180)) })).toEqual([]);
    expect(found({ events: until(1_130, lived(1_129), halt(1_181)) })).toEqual(['late-stop 1']);
    expect(found({ events: until(1_130, lived(1_180)) })).toEqual([]);
    expect(found({ events: until(1_130, lived(1_181)) })).toEqual(['late-stop 1']);
  });

  test('is late by the board’s own clock, less what its thread provably waited for a processor after that end', () => {
    // Nothing is known of the 10 ms before the end: the machine may have kept it waiting in these.
    expect(found({ events: until(1_120, lived(1_120), halt(1_240, 69)) })).toEqual(['late-stop 1']);
    expect(found({ events: until(1_120, lived(1_120), halt(1_240, 70)) })).toEqual([]);
    expect(found({ events: until(1_120, lived(1_120, 500), halt(1_240, 520)) })).toEqual(['late-stop 1']);
  });

  test('runs at once for what was released', () => {
    const released = [sent(1, 1, 990), sent(2, 2, 1_030), sent(2, 3, 1_050, true)];
    const events = until(1_100, halt(1_060), stop(1_060, 'released'), lived(1_500));
    expect(found({ sent: released, events })).toEqual([]);
    // One that was on its way meanwhile is older than the release, and has no right to act.
    const sentLate = [...released.slice(0, 1), sent(2, 2, 1_030), sent(2, 4, 1_050, true), sent(3, 3, 1_045)];
    const late = until(
      1_100,
      halt(1_060),
      stop(1_060, 'released'),
      set(1_070, 3, 3),
      act(1_070, 3),
      halt(1_150),
    );
    expect(found({ sent: sentLate, events: late })).toEqual(['after-lease 1']);
  });

  test('runs again behind a handler that was still at work', () => {
    const working = (...rest: ControlEvent[]) => [
      ...until(1_041),
      halt(1_133),
      stop(1_133),
      acted(1_900, 2),
      ...rest,
    ];
    expect(found({ events: working(halt(1_901)) })).toEqual([]);
    expect(found({ events: working(halt(1_951)) })).toEqual(['late-stop 1']);
    expect(found({ events: working(lived(1_951)) })).toEqual(['late-stop 1']);
  });

  test('is not owed by a board that lost its power meanwhile', () => {
    const [first, second] = boardRecord().boots as [BoardRecord['boots'][0], BoardRecord['boots'][0]];
    const events = [...until(1_100), at(10, { did: 'online' }, 0, 1)];
    expect(found({ events }, [first, second])).toEqual([]);
  });
});

describe('a setpoint', () => {
  test('that acts after its lease', () => {
    expect(
      found({ events: until(1_040, set(1_040, 2, 2), lived(1_129), act(1_133, 2), halt(1_134)) }),
    ).toEqual(['after-lease 1']);
    expect(found({ events: [...GOOD.events, act(1_600, 2), halt(1_600)] })).toEqual(['after-lease 1']);
  });

  test('that holds longer than its lease by the clock of both', () => {
    expect(
      found({ events: until(1_040, set(1_040, 2, 2, 100), act(1_040, 2), lived(1_139), halt(1_140)) }),
    ).toEqual([]);
    const stale = GOOD.sent.map((each) => ({ ...each, renewedMs: each.renewedMs - 40 }));
    expect(
      found({
        sent: stale,
        steering: [{ holder: 'a', did: 'took', k: 0, ...done(900), isTaken: true }],
        holdMs: 10_000,
      }),
    ).toEqual(['after-lease 2']);
    expect(
      found({ events: until(1_040, set(1_040, 2, 2, 110), act(1_040, 2), lived(1_149), halt(1_150)) }),
    ).toEqual(['after-lease 1']);
  });

  test('that is older than one that was taken', () => {
    const events = until(1_100, set(1_050, 1, 1, 40), act(1_050, 1), lived(1_089), halt(1_090));
    expect(found({ events })).toEqual(['after-lease 1']);
    expect(found({ events: until(1_100, act(1_050, 1), lived(1_129), halt(1_131)) })).toEqual([
      'after-lease 1',
    ]);
  });

  test('counts from 1 in each session', () => {
    const next = [sent(3, 1, 1_590)];
    const events = [
      ...GOOD.events,
      online(1_580),
      set(1_600, 3, 1),
      act(1_600, 3),
      lived(1_689),
      halt(1_690),
    ];
    const steering = [
      ...GOOD.steering,
      { holder: 'a', did: 'set' as const, k: 3, ...done(1_590 + BEHIND), isTaken: true },
    ];
    expect(found({ sent: [...GOOD.sent, ...next], steering, events })).toEqual([]);
    const without = events.filter((event) => event.ticks !== 1_580);
    expect(found({ sent: [...GOOD.sent, ...next], steering, events: without })).toEqual(['after-lease 1']);
  });

  test('that nobody sent', () => {
    const events = [...GOOD.events, set(1_600, 9, 3), act(1_600, 9), lived(1_689), halt(1_690)];
    expect(found({ events })).toEqual(['forged 1']);
    expect(found({ events: [...GOOD.events, act(1_600, 9)] })).toEqual(['forged 1']);
    // Right in all but its number.
    expect(
      found({ events: until(1_040, set(1_040, 2, 7), act(1_040, 2), lived(1_129), halt(1_130)) }),
    ).toEqual(['forged 1']);
  });
});

describe('the hub', () => {
  test('sends nothing of who has no lease', () => {
    const steering = GOOD.steering.map((each) => (each.k === 2 ? { ...each, isTaken: false } : each));
    expect(found({ steering })).toEqual(['after-lease 1']);
  });

  test('renews for no longer than its holder may be silent', () => {
    const renewed = (ticks: number) => [...GOOD.sent, sent(2, 3, ticks)];
    expect(found({ sent: renewed(1_080) })).toEqual([]);
    expect(found({ sent: renewed(1_110) })).toEqual(['after-lease 1']);
  });

  test('renews nothing that was released', () => {
    const steering = [
      ...GOOD.steering,
      { holder: 'a', did: 'released' as const, k: 2, ...done(1_050 + BEHIND), isTaken: true },
    ];
    expect(found({ steering })).toEqual([]);
    expect(found({ steering, sent: [...GOOD.sent, sent(2, 3, 1_060)] })).toEqual(['after-lease 1']);
  });
});

test('whoever lacks the key may learn a name, a key’s id and a random number, and the hub that is asked for', () => {
  const leaked = (...lines: string[]) =>
    audit(runRecord(boardRecord({ leaked: lines }))).map(({ kind, count }) => `${kind} ${count}`);
  const prove = (params: object) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: '$prove', params });
  const where = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: '$where',
    params: { board: 'lamp', home: '0'.repeat(16) },
  });
  const open = { board: 'lamp', key: '0123abcd', nonce: '0'.repeat(32) };
  expect(leaked(prove(open), where)).toEqual([]);
  expect(leaked(prove({ ...open, more: 1 }))).toEqual(['leaked 1']);
  expect(leaked(prove({ ...open, key: '0'.repeat(64) }))).toEqual(['leaked 1']);
  expect(leaked(prove({ ...open, board: 'another' }))).toEqual(['leaked 1']);
  expect(leaked('{"jsonrpc":"2.0","id":2,"method":"hello","params":{"board":"lamp"}}', '{"temp":1}')).toEqual(
    ['leaked 2'],
  );
});
