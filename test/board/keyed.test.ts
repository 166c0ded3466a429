/** Boards with keys and the real hub: everything of an unsigned session, and nothing for whoever has not the key. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Hub, Keys } from '../../src/index.ts';
import { Air } from '../../src/virtual/index.ts';
import { COUNTING, count, cuts, presence, REST, startHub } from '../helpers/hub.ts';
import { boardAt, startLibrary } from '../helpers/library.ts';

/** A hub at which the name b can be used only with this key, as hex. */
async function startKeyed() {
  const keys = new Keys();
  const { key } = await keys.add('b');
  return { ...(await startHub({ keys })), keys, key: hex(key) };
}

const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');
const keyed = (port: number, key: string): string => boardAt(port, `key="${key}"`);

/** Why the hub refused somebody, in the order in which it did. */
function refusals(hub: Hub): string[] {
  const seen: string[] = [];
  hub.on('refused', ({ reason }) => seen.push(reason));
  return seen;
}

test('samples are stored and acknowledged, commands and calls work, what is printed comes', async () => {
  const { hub, port, numbers, key } = await startKeyed();
  hub.method('plan', (params) => ({ sum: (params as { a: number }).a + 1 }));
  const logs: string[] = [];
  hub.on('log', ({ text }) => logs.push(text));
  const lost = presence(hub, 'lost');
  const running = await startLibrary(`${keyed(port, key)}${COUNTING(20)}${REST}
@board.command(on=bool)
def led(on):
    print("led", on)
    return on
@board.task
async def go():
    print(await board.call("plan", a=2))
board.run()
`);
  await running.out(/\{'sum': 3\}\n/);
  await running.out(/all stored 0\n/);
  expect(await numbers()).toEqual(count(20));
  expect(await hub.board('b')?.command('led', { on: true })).toEqual({ outcome: 'done', result: true });
  expect(await hub.board('b')?.command('led', { on: 1 })).toMatchObject({ outcome: 'failed' });
  await hub.board('b')?.command('rest');
  await running.out(/kiteline: all said\n/);
  running.board.interrupt();
  expect(await lost).toBe('BYE');
  expect(logs).toContain('led True');
});

test('wherever connections break, both ways, everything is stored once and in order', async () => {
  const { hub, port, numbers, key } = await startKeyed();
  const refused = refusals(hub);
  const running = await startLibrary(`${keyed(port, key)}${COUNTING(300)}board.run()`, {
    air: new Air({ joinMs: 10, cut: cuts(50) }),
  });
  await running.out(/all stored 0\n/);
  expect(await numbers()).toEqual(count(300));
  expect(hub.boards()[0]?.reconnects).toBeGreaterThan(5);
  // What a cut leaves is no line, so nobody takes it for a forged one.
  expect(refused).toEqual([]);
  expect(running.stdout()).not.toMatch(/did not sign/);
});

test('a key that is replaced stays valid for as long as it is told; one that is revoked ends the session at once', async () => {
  const { hub, port, keys, key, numbers } = await startKeyed();
  const refused = refusals(hub);
  const COUNT_ON = `
@board.task
async def go():
    board.send({"n": 1})
    print("stored", await board.stored(60000))
    while True:
        board.send({"n": 2})
        await asyncio.sleep_ms(5)
board.run()
`;
  const first = await startLibrary(`${keyed(port, key)}${COUNT_ON}`);
  await first.out(/stored True\n/);
  const next = hex((await keys.rotate('b', 60_000)).key);
  const again = presence(hub, 'lost');
  first.board.interrupt();
  await again;
  // The old key still opens a session of its own, and so does the new one.
  const old = await startLibrary(`${keyed(port, key)}${COUNT_ON}`);
  await old.out(/stored True\n/);
  const gone = presence(hub, 'lost');
  old.board.interrupt();
  await gone;
  const current = await startLibrary(`${keyed(port, next)}${COUNT_ON}`);
  await current.out(/stored True\n/);
  expect(refused).toEqual([]);
  const ended = presence(hub, 'lost');
  await keys.revoke('b');
  expect(await ended).toBe('REVOKED');
  await current.out(/kiteline: offline: the hub ended the session: key revoked\n/);
  await current.out(/cannot prove that it is yours: it says: .*no such key.*\n/);
  const stored = await numbers();
  expect(stored.length).toBeGreaterThan(2);
  expect(refused).toEqual(['UNKNOWN_KEY']); // told once a minute, however often it tries
  expect(await numbers()).toEqual(stored);
});

test('the wrong key, none, and a hub that has none: nothing is stored, and each is told on the board', async () => {
  const { hub, port, numbers } = await startKeyed();
  const refused = refusals(hub);
  const wrong = await startLibrary(
    `${keyed(port, randomBytes(32).toString('hex'))}${COUNTING(3)}board.run()`,
  );
  await wrong.out(
    /offline: the hub at 127\.0\.0\.1:\d+ cannot prove that it is yours: it says: .*no such key/,
  );
  const none = await startLibrary(`${boardAt(port)}${COUNTING(3)}board.run()`);
  await none.out(/offline: 127\.0\.0\.1:\d+ refuses this board: .*\bkey\b/);
  const open = await startHub();
  const elsewhere = await startLibrary(
    `${keyed(open.port, randomBytes(32).toString('hex'))}${COUNTING(3)}board.run()`,
  );
  await elsewhere.out(/cannot prove that it is yours: it says: .*no such key/);
  expect(await numbers()).toEqual([]);
  expect(await open.numbers()).toEqual([]);
  expect(new Set(refused)).toEqual(new Set(['UNKNOWN_KEY', 'NO_PROOF']));
});
