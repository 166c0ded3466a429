/** Steering from an app on the real hub to a handler on a board, over real sockets. */
import { expect, test } from 'vitest';
import type { Hub, HubOptions } from '../../src/index.ts';
import { Air } from '../../src/virtual/index.ts';
import { HERE, presence, startHub } from '../helpers/hub.ts';
import { startLibrary } from '../helpers/library.ts';
import { STEERED } from '../helpers/setpoints.ts';
import { testKey, testKeys } from '../hub/keyed-boards.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Resolves when setpoints have found their way by datagram. */
const byDatagram = (hub: Hub) =>
  new Promise<void>((done) =>
    hub.on('control', (event) => event.state === 'way' && event.via === 'datagram' && done()),
  );

/** Prints what happens, too. */
const TOLD = `
class Told(list):
    def append(self, what):
        super().append(what)
        print(what)
happened = Told()

board.run()
`;

const start = async (options: HubOptions = {}, settings = '', lease = 400, air = new Air({ joinMs: 10 })) => {
  const { hub, port } = await startHub(options, { tcp: HERE, udp: HERE });
  const there = presence(hub, 'online');
  const running = await startLibrary(`${STEERED(port, lease, settings)}${TOLD}`, { air });
  await there;
  return { hub, running };
};

for (const [name, options, settings] of [
  ['a board without a key', {}, ''],
  ['a board with a key', { keys: testKeys('b') }, `key="${hex(testKey('b'))}"`],
] as const)
  test(`${name}: what the app sets acts, goes by datagram, is renewed, and stops when it is released`, async () => {
    const { hub, running } = await start(options, settings);
    const found = byDatagram(hub);
    const drive = hub.board('b')?.control('drive', { holdMs: Number.POSITIVE_INFINITY });
    expect(drive?.lease).toBe(400);
    expect(drive?.set({ left: 0.5 })).toBe(true);
    await running.out(/left 0\.5\n/);
    await found;
    expect(drive?.set({ left: -1, right: 0.25 })).toBe(true);
    await running.out(/left -1\.0\n/);
    expect(running.stdout()).not.toContain('halt');
    drive?.release();
    await running.out(/halt\nreleased \d+\n/);
    expect((await drive?.ended)?.why).toBe('RELEASED');
    expect(running.stdout().match(/halt/g)).toHaveLength(1);
    expect(running.stderr()).toBe('');
    expect(hub.counts.dropped).toEqual({});
  });

test('bad weather: what is lost comes again, and nothing goes back to what was set before', async () => {
  const air = new Air({ joinMs: 10, seed: 5 });
  const { hub, running } = await start({ keys: testKeys('b') }, `key="${hex(testKey('b'))}"`, 60_000, air);
  Object.assign(air.weather, { loss: 0.25, duplicate: 0.25, reorder: 0.25, jitterMs: 40 });
  const drive = hub.board('b')?.control('drive', { holdMs: Number.POSITIVE_INFINITY });
  for (let n = 1; n <= 40; n++) {
    drive?.set({ left: n / 64 });
    await running.out(new RegExp(`left ${n / 64}\\n`));
  }
  drive?.release();
  await running.out(/released \d+\n/);
  const numbers = [...running.stdout().matchAll(/^set (\d+)$/gm)].map(([, n]) => Number(n));
  const values = [...running.stdout().matchAll(/^left ([\d.]+)$/gm)].map(([, value]) => Number(value));
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect(values).toEqual([...values].sort((a, b) => a - b));
  expect(air.counts.datagramsLost).toBeGreaterThan(0);
  expect(air.counts.datagramsDoubled).toBeGreaterThan(0);
});

test('who says no more is no longer renewed: the board stops by itself', async () => {
  const { hub, running } = await start();
  const drive = hub.board('b')?.control('drive', { holdMs: 100 });
  drive?.set({ left: 0.5 });
  await running.out(/halt\nlapsed \d+\n/);
  expect((await drive?.ended)?.why).toBe('LAPSED');
});

test('the hub closes: what it steers stops', async () => {
  const { hub, running } = await start();
  const drive = hub.board('b')?.control('drive', { holdMs: Number.POSITIVE_INFINITY });
  drive?.set({ left: 0.5 });
  await running.out(/left 0\.5\n/);
  await hub.close();
  await running.out(/halt\n(released|ended) \d+\n/);
});

test('a board that is stopped says so, and whoever steered it hears why', async () => {
  const { hub, running } = await start();
  const drive = hub.board('b')?.control('drive', { holdMs: Number.POSITIVE_INFINITY });
  drive?.set({ left: 0.5 });
  await running.out(/left 0\.5\n/);
  running.board.interrupt();
  await running.out(/halt\nended \d+\n/);
  expect((await drive?.ended)?.why).toBe('BOARD_LOST');
});

test('a handler that raises, and a program that ends: whoever steers hears why', async () => {
  const { hub, port } = await startHub({}, { tcp: HERE, udp: HERE });
  const there = presence(hub, 'online');
  await startLibrary(`${STEERED(port, 400)}
@board.control("arm", lease=400, stop=halt, up=bool)
def arm(up):
    if up:
        raise RuntimeError("no arm")
    board.stop()
board.run()
`);
  await there;
  const first = hub.board('b')?.control('arm');
  first?.set({ up: true });
  expect((await first?.ended)?.why).toBe('FAILED');
  const second = hub.board('b')?.control('arm');
  second?.set({ up: false });
  expect((await second?.ended)?.why).toBe('BOARD_STOPPED');
});

test('arguments other than the board has announced never leave the hub', async () => {
  const { hub, running } = await start();
  const drive = hub.board('b')?.control('drive');
  expect(() => drive?.set({ left: 3 })).toThrow(/left/);
  drive?.set({ left: 0.25 });
  await running.out(/left 0\.25\n/);
  expect(running.stdout().match(/left/g)).toHaveLength(1);
});
