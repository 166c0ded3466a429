/** The board library and the real hub, over real sockets, through an air that breaks. */
import { expect, onTestFinished, test } from 'vitest';
import { createHub, MemoryStore } from '../../src/index.ts';
import { Air } from '../../src/virtual/index.ts';
import { COUNTING, count, cuts, presence, REST, startHub } from '../helpers/hub.ts';
import { boardAt, startLibrary } from '../helpers/library.ts';

test('ten lines: stored with their unit, a command done, a call answered, what was printed and who is there', async () => {
  const { hub, port, numbers } = await startHub();
  hub.method('plan', (params) => ({ sum: (params as { a: number }).a + 1 }));
  const logs: string[] = [];
  hub.on('log', ({ level, text }) => logs.push(`${level} ${text}`));
  const running = await startLibrary(`${boardAt(port)}${COUNTING(5)}${REST}
@board.command(on=bool, level=kiteline.optional(int, 0, 100, "%"))
def led(on, level=5):
    print("led", on)
    return {"on": on, "level": level}
@board.task
async def go():
    print(await board.call("plan", a=2))
    try:
        await board.call("nothing")
    except kiteline.CallError as e:
        print(e.code, e.data)
board.run()
`);
  await running.out(/\{'sum': 3\}\n/);
  await running.out(/-32601 \{'methods': \['plan'\]\}\n/);
  await running.out(/all stored 0\n/);
  expect(await numbers()).toEqual(count(5));
  expect(await hub.store.series('b')).toMatchObject([{ metric: 'n', unit: '1', points: 5 }]);
  const board = hub.board('b');
  expect(await board?.command('led', { on: true })).toEqual({
    outcome: 'done',
    result: { on: true, level: 5 },
  });
  expect(await board?.command('led', { on: 1 })).toMatchObject({
    outcome: 'failed',
    error: { code: -32602, message: 'led: on takes true or false, and got 1' },
  });
  expect(await board?.command('leds')).toMatchObject({ outcome: 'failed', error: { code: -32601 } });
  expect(logs).toContain('print led True');
  const info = hub.boards().find(({ name }) => name === 'b');
  expect(info).toMatchObject({
    presence: { state: 'online' },
    session: { library: 'kiteline 0.1.0', reset: 'power on' },
    commands: { led: { args: { level: { type: 'int', min: 0, max: 100, unit: '%', optional: true } } } },
    metrics: { n: { unit: '1' } },
  });
  const lost = presence(hub, 'lost');
  await board?.command('rest');
  await running.out(/kiteline: all said\n/);
  running.board.interrupt();
  expect(await lost).toBe('BYE');
});

test('an access point that goes and comes back: everything is stored once, in order', async () => {
  const { hub, port, numbers } = await startHub({ keepaliveMs: 400 });
  const point = { ssid: 'lab', password: 'secret' };
  const air = new Air({ joinMs: 20, beaconMs: 60, accessPoints: [point] });
  const first = presence(hub, 'online');
  const running = await startLibrary(
    `
import asyncio, kiteline
board = kiteline.Board()
${COUNTING(150)}
board.run()
`,
    {
      air,
      files: {
        'kiteline.json': JSON.stringify({ name: 'b', hub: `127.0.0.1:${port}`, wifi: [point] }),
      },
    },
  );
  await first;
  const lost = presence(hub, 'lost');
  air.remove('lab');
  await lost;
  air.put(point);
  await running.out(/all stored 0\n/);
  expect(await numbers()).toEqual(count(150));
  expect(hub.boards()).toMatchObject([{ name: 'b', reconnects: 1, restarts: 0 }]);
});

test('wherever connections break, both ways, everything is stored once and in order, and commands run once', async () => {
  const { hub, port, numbers } = await startHub();
  const air = new Air({ joinMs: 10, cut: cuts(60) });
  const running = await startLibrary(
    `${boardAt(port)}${COUNTING(400)}
runs = {}
@board.command
def once(k):
    runs[k] = runs.get(k, 0) + 1
    return runs[k]
@board.command
async def later(k):
    await asyncio.sleep_ms(5)
    return once(k)
board.run()
`,
    { air },
  );
  const outcomes = new Map<string, number>();
  let k = 0;
  let stored = false;
  const command = async () => {
    const outcome = await hub.board('b')?.command(k % 2 ? 'once' : 'later', { k: ++k }, { deadline: 3_000 });
    if (!outcome) return;
    if (outcome.outcome === 'done') expect(outcome.result).toBe(1);
    outcomes.set(outcome.outcome, (outcomes.get(outcome.outcome) ?? 0) + 1);
  };
  await presence(hub, 'online');
  const commands = (async () => {
    while (!stored) await command();
  })();
  await running.out(/all stored 0\n/);
  stored = true;
  await commands;
  expect(await numbers()).toEqual(count(400));
  // While the board keeps its boot id and comes back in time, nothing is ever unknown.
  expect(outcomes.get('unknown')).toBeUndefined();
  expect(outcomes.get('done')).toBeGreaterThan(10);
});

test('a hub that restarts without its data takes all that it has not acknowledged; commands count from 1', async () => {
  const first = await startHub();
  const { port } = first;
  const running = await startLibrary(`${boardAt(port)}${COUNTING(40)}
@board.command
def ping(k):
    return k
board.run()
`);
  const stored: unknown[] = [];
  first.hub.on('sample', ({ values }) => stored.push(values.get('n')));
  await presence(first.hub, 'online');
  expect(await first.hub.board('b')?.command('ping', { k: 1 })).toMatchObject({ outcome: 'done', result: 1 });
  await first.hub.close();
  const store = new MemoryStore();
  const hub = createHub({ store });
  onTestFinished(() => hub.close());
  const back = presence(hub, 'online');
  await hub.listen({ tcp: { host: '127.0.0.1', port } });
  await back;
  expect(await hub.board('b')?.command('ping', { k: 2 })).toMatchObject({ outcome: 'done', result: 2 });
  await running.out(/all stored 0\n/);
  const again = (await store.query({ board: 'b', metric: 'n', limit: 1000 })).map(({ value }) => value);
  expect([...stored, ...again.filter((n) => !stored.includes(n))]).toEqual(count(40));
});

test('a store that fails: nothing is acknowledged, the board comes back, and everything is stored once', async () => {
  let failures = 3;
  class Failing extends MemoryStore {
    override async append(...args: Parameters<MemoryStore['append']>): Promise<void> {
      if (args[0].acks?.length && failures-- > 0) throw new Error('the disk is full');
      return super.append(...args);
    }
  }
  const store = new Failing();
  const { hub, port } = await startHub({ store });
  hub.on('problem', () => {});
  const running = await startLibrary(`${boardAt(port)}${COUNTING(60)}board.run()`);
  await running.out(/kiteline: offline: the hub ended the session: store failed\n/);
  await running.out(/all stored 0\n/);
  const got = (await store.query({ board: 'b', metric: 'n', limit: 1000 })).map(({ value }) => value);
  expect(got).toEqual(count(60));
});

test('a sample with nothing in it that counts is acknowledged, too', async () => {
  const { hub, port } = await startHub();
  const running = await startLibrary(`${boardAt(port)}
board.send({"": 1})
board.send({"a": {"b": None}})
@board.task
async def tell():
    print(await board.stored(20000))
board.run()
`);
  await running.out(/True\n/);
  expect(hub.boards()).toMatchObject([{ name: 'b', samples: 0, dropped: { BAD_NAME: 1 } }]);
});
