/** The serial port as the way to the hub: the library's promises, and boards that only print. */
import { expect, onTestFinished, test } from 'vitest';
import { createHub, Keys } from '../../src/index.ts';
import { SerialTransport } from '../../src/transport/serial.ts';
import type { VirtualBoard } from '../../src/virtual/index.ts';
import { COUNTING, count, numbersIn } from '../helpers/hub.ts';
import { startLibrary } from '../helpers/library.ts';

const board = (settings = '') => `import asyncio, kiteline, time
board = kiteline.Board("b", "usb"${settings})
`;

/** A hub with this board at a serial port. */
function hubAt(virtual: VirtualBoard, keys = new Keys()) {
  const hub = createHub({ keys });
  const transport = new SerialTransport({ name: 'ttyUSB0', open: async () => virtual.serial.open() });
  hub.accept(transport, { answers: false });
  onTestFinished(() => hub.close());
  const online = new Promise<void>((resolve) =>
    hub.on('presence', ({ state }) => state === 'online' && resolve()),
  );
  return { hub, online };
}

test('samples are acknowledged, commands and calls work, what is printed comes as the log', async () => {
  const { board: virtual } = await startLibrary(`${board()}${COUNTING(100)}
@board.command(on=bool)
def led(on):
    print("led", on)
    return on
@board.task
async def go():
    while not board.online:
        await asyncio.sleep_ms(5)
    print("the sum is", (await board.call("plan", a=2))["sum"])
board.run()
`);
  const { hub, online } = hubAt(virtual);
  hub.method('plan', (params) => ({ sum: (params as { a: number }).a + 1 }));
  const printed: string[] = [];
  const logged = new Promise<void>((resolve) =>
    hub.on('log', ({ text }) => {
      printed.push(text);
      if (text === 'all stored 0') resolve();
    }),
  );
  await online;
  expect(await hub.board('b')?.command('led', { on: true })).toEqual({ outcome: 'done', result: true });
  await logged;
  expect(await numbersIn(hub)).toEqual(count(100));
  expect(printed).toEqual(expect.arrayContaining(['led True', 'the sum is 3']));
  expect(hub.board('b')?.info()?.session?.address).toBe('ttyUSB0');
});

test('a hub that comes after another one: nothing is lost, doubled, or taken for somebody else’s', async () => {
  const { board: virtual } = await startLibrary(
    `${board(', queue=1000, queue_bytes=60000')}${COUNTING(400)}board.run()\n`,
  );
  const first = hubAt(virtual);
  await first.online;
  await new Promise<void>((resolve) => {
    first.hub.on('sample', ({ values }) => Number(values.get('n')) > 40 && resolve());
  });
  // Gone without a word, as a hub that is killed.
  const before = await numbersIn(first.hub);
  virtual.serial.unplug({ power: false });
  virtual.serial.plug();
  await first.hub.close();
  const { hub, online } = hubAt(virtual);
  const logged = new Promise<void>((resolve) =>
    hub.on('log', ({ text }) => text === 'all stored 0' && resolve()),
  );
  await online;
  await logged;
  const after = await numbersIn(hub);
  expect(after.at(-1)).toBe(400);
  expect(new Set(after).size).toBe(after.length);
  expect([...new Set([...before, ...after])].sort((a, b) => Number(a) - Number(b))).toEqual(count(400));
  expect((await hub.store.series('ttyUSB0')).length).toBe(0);
});

test('with a key every line is signed', async () => {
  const keys = new Keys();
  const key = Buffer.from((await keys.add('b')).key).toString('hex');
  const { board: virtual } = await startLibrary(`${board(`, key="${key}"`)}${COUNTING(20)}board.run()\n`);
  const { hub, online } = hubAt(virtual, keys);
  const logged = new Promise<void>((resolve) =>
    hub.on('log', ({ text }) => text === 'all stored 0' && resolve()),
  );
  await online;
  await logged;
  expect(await numbersIn(hub)).toEqual(count(20));
  expect(hub.board('b')?.info()?.session?.key).toBeDefined();
});

test('a program that knows no library prints JSON, and its board goes by the port', async () => {
  const { board: virtual, out } = await startLibrary(`import time
for n in range(2000):
    print('{"temp": %d}' % n)
    print("hello")
    time.sleep_ms(5)
`);
  await out(/hello/);
  const { hub } = hubAt(virtual);
  const text = new Promise<string>((resolve) => hub.on('text', ({ text }) => resolve(text)));
  const sample = new Promise<{ board: string }>((resolve) => hub.on('sample', resolve));
  expect((await sample).board).toBe('ttyUSB0');
  expect(await text).toBe('hello');
  expect(await hub.store.latest('ttyUSB0')).toMatchObject([{ metric: 'temp' }]);
});
