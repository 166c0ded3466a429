import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { boardLimits, type CommandLink } from '../../src/hub/board-commands.ts';
import type { CommandOutcome } from '../../src/hub/command-outcomes.ts';
import { Commands } from '../../src/hub/commands.ts';
import { type Json, type JsonObject, limits, RPC, type RpcError } from '../../src/wire/index.ts';

interface Sent {
  id?: number;
  method: string;
  params: JsonObject;
}

function setUp(graceMs = 1_000) {
  const clock = new ManualClock();
  const told: string[] = [];
  const commands = new Commands({
    clock,
    graceMs,
    onChange: (board, { id, name }, outcome) =>
      told.push(`${board} ${id} ${name} ${outcome?.outcome ?? 'sent'}`),
  });
  const start = (deadlineMs = 500, args: JsonObject = {}, name = 'led') => {
    const outcomes: CommandOutcome[] = [];
    const cancel = commands.start('b', name, args, deadlineMs, (outcome) => outcomes.push(outcome));
    return { outcomes, cancel };
  };
  /** A session of `b`, and what was sent on it. */
  const session = (boot = 'x') => {
    const sent: Sent[] = [];
    const state = { isReading: true };
    const link: CommandLink = {
      boot,
      host: '10.0.0.7',
      address: '10.0.0.7:7',
      mayBeCommanded: true,
      zero: clock.monotonic(),
      send(bytes) {
        if (!state.isReading) return false;
        expect(bytes.length).toBeLessThanOrEqual(limits.lineBytes + 1);
        const line = new TextDecoder().decode(bytes);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        const { jsonrpc, ...message } = JSON.parse(line);
        expect(jsonrpc).toBe('2.0');
        sent.push(message);
        return true;
      },
    };
    commands.online('b', link);
    const reply = (id: number, result: Json) =>
      commands.replied('b', boot, { kind: 'response', id, result, error: undefined });
    const fail = (id: number, code: number, message = '') => {
      const error: RpcError = { code, message };
      return commands.replied('b', boot, { kind: 'response', id, result: undefined, error });
    };
    const end = () => commands.offline('b', link);
    return { sent, state, reply, fail, end };
  };
  return { clock, commands, start, session, told };
}

test('a command goes out with its id and its deadline in the session clock, and its reply settles it', () => {
  const { clock, start, session, told, commands } = setUp();
  clock.advance(100);
  const board = session();
  clock.advance(40.5);
  const { outcomes } = start(500, { on: true, level: null, text: 'two\nlines' });
  expect(board.sent).toEqual([
    { id: 1, method: 'led', params: { on: true, level: null, text: 'two\nlines', $deadline: 540 } },
  ]);
  expect(board.reply(1, { lit: true })).toBe(true);
  expect(outcomes).toEqual([{ outcome: 'done', result: { lit: true } }]);
  expect(board.reply(1, 2)).toBe(false);
  start(10, {}, 'beep');
  expect(board.sent[1]).toEqual({ id: 2, method: 'beep', params: { $deadline: 50 } });
  expect(told).toEqual(['b 1 led sent', 'b 1 led done', 'b 2 beep sent']);
  expect(commands.open).toBe(1);
});

test('what the board says becomes the outcome', () => {
  const { start, session } = setUp();
  const board = session();
  const failures = [
    RPC.RAISED,
    RPC.STOPPED,
    RPC.METHOD_NOT_FOUND,
    RPC.INVALID_PARAMS,
    RPC.RESULT_TOO_LONG,
  ].map((code) => ({ code, outcome: { outcome: 'failed', error: { code, message: 'm' } } }));
  const refusals = [
    { code: RPC.EXPIRED, outcome: { outcome: 'expired', why: 'TOO_LATE' } },
    { code: RPC.BUSY, outcome: { outcome: 'expired', why: 'BUSY' } },
    { code: RPC.FORGOTTEN, outcome: { outcome: 'unknown', why: 'FORGOTTEN' } },
  ];
  for (const [i, { code, outcome }] of [...failures, ...refusals].entries()) {
    const { outcomes } = start();
    expect(board.fail(i + 1, code, 'm')).toBe(true);
    expect(outcomes).toMatchObject([outcome]);
  }
});

test('each is over at its own time, in whatever order they were given and whatever was settled before', () => {
  const { clock, start, session } = setUp(1_000);
  const board = session();
  const [late, early, answered, last] = [start(900), start(300), start(100), start(901)];
  board.reply(3, true);
  clock.advance(1_299);
  expect([late, early, last].map(({ outcomes }) => outcomes.length)).toEqual([0, 0, 0]);
  clock.advance(1);
  expect(early.outcomes).toMatchObject([{ outcome: 'unknown', why: 'NO_REPLY' }]);
  clock.advance(600);
  expect([late, last].map(({ outcomes }) => outcomes.length)).toEqual([1, 0]);
  clock.advance(1);
  expect(last.outcomes).toMatchObject([{ outcome: 'unknown', why: 'NO_REPLY' }]);
  expect(answered.outcomes).toEqual([{ outcome: 'done', result: true }]);
});

test('without a session a command waits, and expires at its deadline', () => {
  const { clock, start, session, commands } = setUp();
  const [first, second] = [start(500), start(900)];
  clock.advance(500);
  expect(first.outcomes).toMatchObject([{ outcome: 'expired', why: 'OFFLINE' }]);
  const board = session();
  expect(board.sent).toEqual([{ id: 2, method: 'led', params: { $deadline: 400 } }]);
  board.reply(2, null);
  expect(second.outcomes).toEqual([{ outcome: 'done', result: null }]);
  expect(commands.open).toBe(0);
});

test('at most so many are unanswered, so many wait, and more are refused at once', () => {
  const { clock, start, session } = setUp();
  const board = session();
  const { unanswered, waiting } = boardLimits;
  const all = Array.from({ length: unanswered + waiting }, () => start());
  expect(board.sent.map(({ id }) => id)).toEqual(Array.from({ length: unanswered }, (_, i) => i + 1));
  expect(start().outcomes).toMatchObject([{ outcome: 'expired', why: 'QUEUE_FULL' }]);
  board.reply(3, 'x');
  expect(board.sent).toHaveLength(unanswered + 1);
  expect(board.sent.at(-1)?.id).toBe(unanswered + 1);
  expect(start().outcomes).toEqual([]);
  clock.advance(500);
  expect(all.at(-1)?.outcomes).toMatchObject([{ outcome: 'expired', why: 'TOO_LATE' }]);
  expect(all[0]?.outcomes).toEqual([]);
  clock.advance(1_000);
  expect(all[0]?.outcomes).toMatchObject([{ outcome: 'unknown', why: 'NO_REPLY' }]);
});

test('a board that comes back gets the unanswered ones again, in order, before any new one', () => {
  const { clock, start, session } = setUp();
  const first = session();
  const early = [start(500), start(300), start(500)];
  first.reply(2, 'ok');
  first.end();
  start(2_000);
  clock.advance(400);
  const again = session();
  expect(again.sent.map(({ id, params }) => [id, params.$deadline])).toEqual([
    [1, 100],
    [3, 100],
    [4, 1_600],
  ]);
  again.end();
  clock.advance(200);
  // Past its deadline it is asked for all the same, for its reply; with a deadline that is over.
  const late = session();
  expect(late.sent[0]).toMatchObject({ id: 1, params: { $deadline: 0 } });
  late.fail(1, RPC.EXPIRED);
  late.reply(3, 7);
  expect(early.map(({ outcomes }) => outcomes)).toMatchObject([
    [{ outcome: 'expired', why: 'TOO_LATE' }],
    [{ outcome: 'done' }],
    [{ outcome: 'done', result: 7 }],
  ]);
});

test('what was sent to a board that is lost is not known once deadline and grace are over', () => {
  const { clock, start, session } = setUp();
  const board = session();
  const { outcomes } = start(500);
  board.end();
  clock.advance(1_499);
  expect(outcomes).toEqual([]);
  clock.advance(1);
  expect(outcomes).toMatchObject([{ outcome: 'unknown', why: 'NOT_BACK' }]);
  expect(session().sent).toEqual([]);
});

test('nothing that was sent goes to another start of the board, also when whoever is told asks at once', () => {
  const { commands, start, session } = setUp();
  const board = session('x');
  const told: CommandOutcome[] = [];
  commands.start('b', 'one', {}, 500, (outcome) => {
    told.push(outcome);
    start(500, {}, 'three');
  });
  const two = start(500, {}, 'two');
  board.end();
  const fresh = session('y');
  expect(told).toMatchObject([{ outcome: 'unknown', why: 'RESTARTED' }]);
  expect(two.outcomes).toMatchObject([{ outcome: 'unknown', why: 'RESTARTED' }]);
  expect(fresh.sent.map(({ method }) => method)).toEqual(['three']);
  // An answer of the start before is none to a command of this one.
  expect(board.reply(3, 'x')).toBe(false);
  expect(fresh.reply(3, 'x')).toBe(true);
});

test('what a session does not take was not sent: it keeps its place, is tried again, and expires', () => {
  const { clock, start, session } = setUp();
  const board = session();
  board.state.isReading = false;
  const first = start(500);
  start(2_000);
  board.state.isReading = true;
  start(2_000);
  expect(board.sent.map(({ id }) => id)).toEqual([1, 2, 3]);
  board.state.isReading = false;
  start(2_000);
  const late = start(100);
  clock.advance(boardLimits.againMs);
  expect(late.outcomes).toMatchObject([{ outcome: 'expired', why: 'TOO_LATE' }]);
  board.state.isReading = true;
  clock.advance(boardLimits.againMs);
  expect(board.sent.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  expect(first.outcomes).toEqual([]);
});

test('given up before it was sent, a command is never sent', () => {
  const { start, session } = setUp();
  const waiting = start();
  waiting.cancel();
  waiting.cancel();
  expect(waiting.outcomes).toMatchObject([{ outcome: 'expired', why: 'CANCELLED' }]);
  expect(session().sent).toEqual([]);
});

test('given up after it was sent, the board is told, and its word counts', () => {
  const { clock, start, session } = setUp();
  const board = session();
  const all = [start(50_000), start(50_000), start(50_000), start(50_000)];
  for (const { cancel } of all) cancel();
  expect(board.sent.slice(4)).toEqual([1, 2, 3, 4].map((id) => ({ method: '$cancel', params: { id } })));
  board.fail(1, RPC.EXPIRED);
  board.fail(2, RPC.STOPPED);
  board.reply(3, 'done already');
  expect(all.map(({ outcomes }) => outcomes)).toMatchObject([
    [{ outcome: 'expired', why: 'CANCELLED' }],
    [{ outcome: 'failed', error: { code: RPC.STOPPED } }],
    [{ outcome: 'done' }],
    [],
  ]);
  board.end();
  clock.advance(300);
  // It may never have arrived: it must not begin now.
  expect(session().sent).toEqual([
    { id: 4, method: 'led', params: { $deadline: 0 } },
    { method: '$cancel', params: { id: 4 } },
  ]);
  clock.advance(700);
  expect(all[3]?.outcomes).toMatchObject([{ outcome: 'unknown', why: 'NO_REPLY' }]);
});

test('a hub that closes settles everything, and takes no more', () => {
  const { commands, clock, start, session } = setUp();
  session();
  const sent = start();
  const other: CommandOutcome[] = [];
  commands.start('other', 'led', {}, 500, (outcome) => other.push(outcome));
  commands.close();
  expect(sent.outcomes).toMatchObject([{ outcome: 'unknown', why: 'HUB_CLOSED' }]);
  expect(other).toMatchObject([{ outcome: 'expired', why: 'CANCELLED' }]);
  clock.advance(10_000);
  expect([sent.outcomes, other]).toMatchObject([{ length: 1 }, { length: 1 }]);
  expect(() => start()).toThrow(expect.objectContaining({ code: 'CLOSED' }));
});

test('what cannot be a command is refused with a sentence, and costs no id', () => {
  const { start, session } = setUp();
  const refused = (work: () => unknown, sentence: RegExp) => {
    expect(work).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringMatching(sentence) }),
    );
  };
  for (const name of ['', '$ack', 'x'.repeat(65), 'a\nb'])
    refused(() => start(500, {}, name), /cannot be the name/);
  for (const deadline of [0, -1, Number.NaN, 1e9]) refused(() => start(deadline), /at most a day/);
  refused(() => start(500, { $deadline: 1 }), /called \$deadline/);
  refused(() => start(500, { text: '文'.repeat(3_000) }), /too long: .*at most 8192/);
  const board = session();
  const text = 'x'.repeat(8_192 - 32 - '{"jsonrpc":"2.0","id":1,"method":"led","params":{"text":"",'.length);
  refused(() => start(500, { text: `${text}x` }), /too long/);
  start(500, { text });
  expect(board.sent[0]?.id).toBe(1);
  expect(board.sent[0]?.params).toMatchObject({ text });
});
