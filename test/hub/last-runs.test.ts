/** How a board's commands ran last, for whoever wants to show what is on. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/index.ts';
import { FakeBoard } from './boards.ts';
import { startHub } from './helpers.ts';

const COMMANDS = { lamp: { args: { on: { type: 'bool' } } }, say: {} };

test('of what was announced and done, until the board is started anew', async () => {
  const { hub, clock } = await startHub();
  const board = new FakeBoard(hub);
  await board.hello({ board: 'hut', boot: 'b1', commands: COMMANDS });
  const run = async (from: FakeBoard, name: string, args: JsonObject, reply: JsonObject) => {
    const outcome = hub.board('hut')?.command(name, args);
    await from.sends({ jsonrpc: '2.0', id: from.got.at(-1)?.id ?? null, ...reply });
    return outcome;
  };
  const last = (name: string) => hub.board('hut')?.info()?.commands?.[name]?.last;
  expect(last('lamp')).toBeUndefined();
  await run(board, 'lamp', { on: true }, { result: { on: true } });
  const at = clock.now();
  expect(last('lamp')).toEqual({ args: { on: true }, result: { on: true }, at });
  clock.advance(10);
  await run(board, 'lamp', { on: false }, { error: { code: -32000, message: 'stuck' } });
  expect(last('lamp')).toMatchObject({ args: { on: true }, at });
  await run(board, 'secret', { on: true }, { result: 1 });
  expect(last('secret')).toBeUndefined();
  await run(board, 'say', { text: 'hello' }, { result: null });
  expect(last('say')).toMatchObject({ args: { text: 'hello' }, result: null });
  await run(board, 'say', { text: 'x'.repeat(600) }, { result: null });
  expect(last('say')).toBeUndefined();

  const same = new FakeBoard(hub);
  await same.hello({ board: 'hut', boot: 'b1', commands: COMMANDS });
  expect(last('lamp')).toMatchObject({ args: { on: true } });
  const anew = new FakeBoard(hub);
  await anew.hello({ board: 'hut', boot: 'b2', commands: COMMANDS });
  expect(last('lamp')).toBeUndefined();
});
