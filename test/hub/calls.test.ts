import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import type { CallContext, Caller } from '../../src/hub/calls.ts';
import { Methods } from '../../src/hub/methods.ts';
import { type Json, type JsonObject, RPC, type RpcError, type RpcId } from '../../src/wire/index.ts';
import { until } from './helpers.ts';

interface Answer {
  id: RpcId;
  result?: Json;
  error?: RpcError;
}

function setUp() {
  const clock = new ManualClock();
  const methods = new Methods(clock);
  const answers: Answer[] = [];
  const rover: Caller = {
    board: 'rover',
    longest: 8192,
    send: (bytes) => answers.push(JSON.parse(new TextDecoder().decode(bytes))) > 0,
  };
  const call = (method: string, params?: JsonObject | Json[], id: RpcId = answers.length + 1) =>
    methods.called({ kind: 'request', id, method, params }, rover);
  const cancel = (id: RpcId) => methods.cancelled(id, rover);
  const end = () => methods.offline(rover);
  const answered = async (count: number) => {
    await until(() => answers.length >= count);
    return answers.at(-1) as Answer;
  };
  return { clock, methods, call, cancel, end, answers, answered };
}

test('a function gets the parameters and its caller; what it returns, now or later, is the result', async () => {
  const { clock, methods, call, answers, answered } = setUp();
  const got: [unknown, CallContext][] = [];
  methods.set('plan', (...args) => {
    got.push(args);
    return [1, { x: null }];
  });
  call('plan', { start: [0, 0], $timeout: 800, $other: 1, __proto__x: 1 }, 'a');
  expect(answers).toEqual([{ jsonrpc: '2.0', id: 'a', result: [1, { x: null }] }]);
  expect(got).toMatchObject([
    [
      { start: [0, 0], __proto__x: 1 },
      { board: 'rover', deadline: clock.now() + 800 },
    ],
  ]);
  expect(Object.keys(got[0]?.[0] as object)).toEqual(['start', '__proto__x']);
  methods.set('plan', async () => {});
  call('plan');
  expect(await answered(2)).toMatchObject({ id: 2, result: null });
});

test('what it throws or rejects with is the error', async () => {
  const { methods, call, answers, answered } = setUp();
  methods.set('bad', () => {
    throw new RangeError(`no way ${'x'.repeat(10_000)}`);
  });
  call('bad');
  expect(answers[0]?.error?.code).toBe(RPC.RAISED);
  expect(answers[0]?.error?.message).toMatch(/^RangeError: no way x+$/);
  expect(answers[0]?.error?.message.length).toBe(1_024);
  methods.set('bad', () => Promise.reject('sorry'));
  call('bad');
  expect((await answered(2)).error).toEqual({ code: RPC.RAISED, message: 'sorry' });
  methods.set('bad', () => Promise.reject(Object.create(null)));
  call('bad');
  expect((await answered(3)).error?.code).toBe(RPC.RAISED);
});

test('a result that JSON cannot say, or a line cannot hold, is an error', () => {
  const { methods, call, answers } = setUp();
  methods.set('bad', ({ size }) => (size ? 'x'.repeat(Number(size)) : { path: new Set() }));
  const longest = 8_192 - '{"jsonrpc":"2.0","id":2,"result":""}'.length;
  call('bad');
  call('bad', { size: longest });
  call('bad', { size: longest + 1 });
  expect(answers[0]?.error).toEqual({
    code: RPC.RAISED,
    message: 'TypeError: its result.path is a Set, which JSON cannot say',
  });
  expect(answers[1]?.result).toHaveLength(longest);
  expect(answers[2]?.error?.code).toBe(RPC.RESULT_TOO_LONG);
});

test('the functions that there are can be listed in a line', () => {
  const { methods, call, answers } = setUp();
  expect(call('fly')).toBe(false);
  expect(methods.listed).toEqual([]);
  methods.set('plan', () => 1);
  methods.set('see', () => 1);
  expect([methods.has('plan'), methods.listed]).toEqual([true, ['plan', 'see']]);
  methods.set('plan', undefined);
  expect([methods.has('plan'), call('plan'), methods.listed]).toEqual([false, false, ['see']]);
  for (let i = 0; i < 1_000; i++) methods.set(`${i}${'x'.repeat(60)}`, () => 1);
  expect(JSON.stringify(methods.listed).length).toBeLessThan(4_200);
  expect(answers).toEqual([]);
  for (const name of ['', '$ack', 'hello', 'x'.repeat(65)]) {
    expect(() => methods.set(name, () => 1)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  }
});

test('what is no call of ours is refused', () => {
  const { methods, call, answers } = setUp();
  methods.set('plan', () => 1);
  call('plan', [1, 2]);
  for (const $timeout of ['soon', 0, -1]) call('plan', { $timeout });
  expect(answers.map(({ error }) => error?.code)).toEqual(Array(4).fill(RPC.INVALID_PARAMS));
});

test('a time in parts of a millisecond is taken in whole ones, and is never none', () => {
  const { clock, methods, call } = setUp();
  const deadlines: number[] = [];
  methods.set('plan', (_, { deadline }) => void deadlines.push(deadline - clock.now()));
  for (const $timeout of [800.4, 800.5, 0.2]) call('plan', { $timeout });
  expect(deadlines).toEqual([800, 801, 1]);
});

test('a function that never settles holds nothing up: its place is free when its time is over', () => {
  const { clock, methods, call, answers } = setUp();
  const signals: AbortSignal[] = [];
  methods.set('think', (_, { signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  });
  methods.set('quick', () => 'here');
  for (let id = 1; id <= 16; id++) call('think', { $timeout: 800 }, id);
  call('think', {}, 3);
  call('think', {}, 17);
  call('quick', {}, 18);
  expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
    [3, RPC.INVALID_REQUEST],
    [17, RPC.BUSY],
    [18, RPC.BUSY],
  ]);
  clock.advance(799);
  expect(signals.some(({ aborted }) => aborted)).toBe(false);
  clock.advance(1);
  expect(answers.slice(3).map(({ error }) => error)).toEqual(
    Array(16).fill({ code: RPC.STOPPED, message: 'no result within 800 ms' }),
  );
  expect(signals.every(({ reason }) => reason.name === 'TimeoutError')).toBe(true);
  call('quick', {}, 20);
  expect(answers.at(-1)).toMatchObject({ id: 20, result: 'here' });
});

test('a call that is given up, or whose session ends, is aborted, and its result is for nobody', async () => {
  const { methods, call, cancel, end, answers, clock } = setUp();
  const finish: (() => void)[] = [];
  const aborted: string[] = [];
  methods.set('think', ({ name }, { signal }) => {
    signal.addEventListener('abort', () => aborted.push(`${name} ${signal.reason.name}`));
    return new Promise((resolve) => finish.push(() => resolve('late')));
  });
  call('think', { name: 'one' }, 1);
  call('think', { name: 'two' }, 2);
  call('think', { name: 'three' }, 3);
  cancel(1);
  cancel(1);
  cancel(99);
  expect(answers).toMatchObject([{ id: 1, error: { code: RPC.STOPPED } }]);
  end();
  expect(aborted).toEqual(['one AbortError', 'two AbortError', 'three AbortError']);
  for (const late of finish) late();
  clock.advance(100_000);
  await new Promise(setImmediate);
  expect(answers).toHaveLength(1);
});
