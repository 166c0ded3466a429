/** What `kiteline/BOARD/NAME/set` does: commands, setpoints, and the sentences of what was not done. */
import { expect, test } from 'vitest';
import type { BoardHandle } from '../../src/hub/board-handle.ts';
import type { CommandOutcome } from '../../src/hub/command-outcomes.ts';
import type { Hub } from '../../src/hub/hub.ts';
import { SetCommands } from '../../src/mqtt/join/commands.ts';

const NUMBER = { type: 'int', min: 0, max: 100 } as const;

/** A hub with one board, which does as it is told. */
function fan(outcome: CommandOutcome = { outcome: 'done', result: 'well' }) {
  const did: unknown[] = [];
  const said: [string, string][] = [];
  const board = {
    info: () => ({
      commands: { led: { args: { on: { type: 'bool' } } } },
      controls: { fan: { lease: 500, args: { speed: NUMBER } } },
    }),
    command: async (name: string, args: unknown) => {
      did.push([name, args]);
      return outcome;
    },
    control: (name: string, { args, holder }: { args: unknown; holder: string }) => {
      if ((args as { speed: number }).speed > 100) throw new Error('speed is at most 100');
      did.push([name, args, holder]);
    },
  } as unknown as BoardHandle;
  const hub = { findBoard: async () => board, board: () => board } as unknown as Hub;
  const sets = new SetCommands(hub, (topic, payload) => said.push([topic, payload]));
  return { did, said, set: (name: string, payload: string) => sets.run('b', name, Buffer.from(payload)) };
}

test('an object has the arguments by name, anything else is the one that is taken, nothing is none', async () => {
  const { did, said, set } = fan();
  for (const payload of ['{"on":true}', 'true', '"bright"', 'bright', ' ', '']) await set('led', payload);
  await set('other', '7');
  expect(did).toEqual([
    ['led', { on: true }],
    ['led', { on: true }],
    ['led', { on: 'bright' }],
    ['led', { on: 'bright' }],
    ['led', {}],
    ['led', {}],
    ['other', { value: 7 }],
  ]);
  expect(said[0]).toEqual(['kiteline/b/led', 'well']);
});

test('a control of that name gets it as a setpoint, and says what will not do', async () => {
  const { did, said, set } = fan();
  await set('fan', '{"speed":40}');
  await set('fan', '55');
  await set('fan', '101');
  expect(did).toEqual([
    ['fan', { speed: 40 }, 'MQTT'],
    ['fan', { speed: 55 }, 'MQTT'],
  ]);
  expect(said.filter(([topic]) => topic.endsWith('/error'))).toEqual([
    ['kiteline/b/fan/error', 'speed is at most 100'],
  ]);
});

test('whatever did not happen is told with a sentence', async () => {
  const { said, set } = fan({ outcome: 'expired', why: 'OFFLINE', message: 'b was not connected' });
  await set('led', 'true');
  expect(said).toEqual([['kiteline/b/led/error', 'b was not connected']]);
});
