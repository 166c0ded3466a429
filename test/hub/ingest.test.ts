/** What is stored is what the decoder reads, whichever way it took, and whatever the store does meanwhile. */
import { once } from 'node:events';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createHub, type Hub } from '../../src/hub/hub.ts';
import { ROUND_BYTES } from '../../src/hub/intake.ts';
import type { Session } from '../../src/hub/session.ts';
import type { StoredSample } from '../../src/store/store.ts';
import { newCounts, type Peer } from '../../src/transport/transport.ts';
import { decode, Scanner } from '../../src/wire/index.ts';
import { bytesOf, cleanMessages, nastyMessages, pooled } from '../wire/scanner-cases.ts';
import { startHub, until } from './helpers.ts';
import { SlowStore } from './stores.ts';

class FakePeer implements Peer {
  readonly transport = 'tcp';
  readonly host = '10.0.0.7';
  readonly port = 7;
  readonly address = '10.0.0.7:7';
  readonly framed = true;
  readonly maxBytes = 1_000_000;
  readonly counts = newCounts();
  readonly stream: boolean;

  constructor(stream = true) {
    this.stream = stream;
  }

  send(): boolean {
    return true;
  }

  close(): void {}
}

/** What the decoder says must be stored of these messages. */
function expected(units: readonly Uint8Array[], now: number): StoredSample[] {
  const stored: StoredSample[] = [];
  for (const unit of units) {
    const message = decode(unit);
    if (message.kind !== 'samples') continue;
    for (const { values, units: named, t, relative = 0 } of message.samples) {
      if (values.size === 0) continue;
      // Half a surrogate pair in a name is U+FFFD to every store.
      const kept = new Map([...values].map(([name, value]) => [name.toWellFormed(), value]));
      stored.push({
        board: '10.0.0.7',
        at: t ?? now + relative,
        values: kept,
        ...(named && { units: named }),
      });
    }
  }
  return stored;
}

/** Objects' members in their order, and -0 told from 0: what `toEqual` does not look at. */
const exactly = (samples: readonly StoredSample[]) =>
  samples.map(({ board, at, values, units }) => [
    board,
    at,
    [...values].map(([name, value]) => [name, Object.is(value, -0) ? '-0' : value]),
    units && [...units],
  ]);

function makeHub(store: SlowStore): { hub: Hub; now: number } {
  const clock = new ManualClock();
  const hub = createHub({ store, clock });
  onTestFinished(() => hub.close());
  return { hub, now: clock.now() };
}

const others = fc
  .constantFrom(
    'hello',
    '[{"bn":"x","bu":"Cel","v":1},{"n":"y","t":-5,"v":2},{"n":"y","v":3}]',
    '[{"n":"x","v":1}]',
    '{"a":nan,"b":1}',
    '{"jsonrpc":"2.0","method":"x"}',
    '{}',
    '{"$t":1700000000000}',
    '{"a":1,"$t":1700000000000,"$seq":4,"$boot":"b"}',
  )
  .map((text) => ({ texts: [text, text] }));

test('with and without the scanner the same is stored, in order, however it was cut into reads', async () => {
  let scanned = 0;
  const scan = vi.spyOn(Scanner.prototype, 'scan');
  onTestFinished(() => scan.mockRestore());
  const messages = fc.oneof({ weight: 3, arbitrary: cleanMessages }, nastyMessages, others);
  const reads = fc.array(fc.array(fc.tuple(fc.nat(5), fc.boolean()), { maxLength: 12 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(messages, { minLength: 1, maxLength: 6 }),
      reads,
      fc.constantFrom('take', 'datagrams', 'receive'),
      async (forms, picks, how) => {
        const store = new SlowStore();
        store.free = true;
        const { hub, now } = makeHub(store);
        const session = hub.session(new FakePeer(how === 'take'), { answers: false });
        const all: Uint8Array[] = [];
        for (const read of picks) {
          const units = read
            .map(([form, second]) => forms[form % forms.length]?.texts[second ? 1 : 0] ?? '')
            .filter((text) => text !== '')
            .map((text) => pooled(bytesOf(text)));
          all.push(...units);
          if (how === 'receive') await session.receive(units);
          else if (how === 'take') await session.take(units);
          else for (const unit of units) await session.take([unit]);
        }
        await session.finished();
        expect(exactly(store.samples)).toEqual(exactly(expected(all, now)));
        expect(hub.counts).toMatchObject({ messages: all.length, samples: store.samples.length });
        await hub.close();
        scanned += scan.mock.results.filter(({ value }) => value !== undefined).length;
        scan.mockClear();
      },
    ),
    { numRuns: 1_000 },
  );
  expect(scanned).toBeGreaterThan(3_000); // or nothing was compared
});

test('a store that stops holds streams back, in bounded memory; when it goes on nothing is lost and all is in order', async () => {
  const store = new SlowStore();
  const { hub, tcp, udp, problems } = await startHub({ store });
  const streams = await Promise.all(Array.from({ length: 4 }, tcp));
  const total = 600_000; // more than three rounds
  const lines = total / streams.length;
  for (const [board, { socket }] of streams.entries()) {
    let text = '';
    for (let i = 0; i < lines; i++) text += `{"n":${i},"board":${board},"a":0.5,"b":-1}\n`;
    socket.end(text);
    socket.resume();
  }
  let before = -1;
  // Until it stands still: two rounds are full, and every stream is held back.
  while (before !== hub.counts.messages || before === 0) {
    before = hub.counts.messages;
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  }
  expect(before).toBeLessThan(0.75 * total);
  expect(hub.counts.samples).toBe(0);

  const datagrams = await udp();
  datagrams.send('{"late":1}');
  await until(() => hub.counts.dropped.STORE_BEHIND === 1);
  datagrams.send('{"late":1}'); // of a known form, too
  datagrams.send('text');
  await until(() => hub.counts.dropped.STORE_BEHIND === 3);
  const post = hub.session(new FakePeer(false), { answers: true });
  expect(await post.receive([bytesOf('{"late":1}'), bytesOf('hello')])).toEqual({
    messages: 2,
    samples: 0,
    texts: 0,
    refused: ['STORE_BEHIND', 'STORE_BEHIND'],
    skipped: {},
  });

  store.release();
  await Promise.all(streams.map(({ socket }) => once(socket, 'end'))); // our FIN says that all is stored
  expect(store.samples).toHaveLength(total);
  const next = streams.map(() => 0);
  for (const { values } of store.samples) {
    const board = Number(values.get('board'));
    if (values.get('n') !== next[board]) throw new Error('not in order');
    next[board] = (next[board] ?? 0) + 1;
  }
  expect(next).toEqual(streams.map(() => lines));
  expect(store.most).toBeLessThan(1.1 * ROUND_BYTES);
  expect(hub.counts).toMatchObject({ samples: total, dropped: { STORE_BEHIND: 5 } });
  expect(problems).toEqual([]);
});

test('an answer of the app that is waited for, and a store without room, keep the order of one stream', async () => {
  const store = new SlowStore();
  const { hub } = makeHub(store);
  let answer = () => {};
  hub.on('text', () => new Promise<string>((resolve) => (answer = () => resolve('done'))));
  const session = hub.session(new FakePeer(), { answers: true });
  const filler = hub.session(new FakePeer(), { answers: false });
  const line = (n: number) => bytesOf(`{"n":${n}}`);
  const held = session.take([line(1), bytesOf('text'), line(2)]);
  expect(held).toBeInstanceOf(Promise);
  const later = session.take([line(3)]);
  let room = filler.take([bytesOf('{"filler":1}')]);
  const many = Array.from({ length: 10_000 }, () => bytesOf('{"filler":1}'));
  while (!room) room = filler.take(many);
  answer();
  await Promise.race([held, new Promise(setImmediate)]);
  const n = () => store.samples.map(({ values }) => values.get('n')).filter((value) => value !== undefined);
  store.finish();
  await until(() => store.samples.length > 0);
  expect(n()).toEqual([1]);
  store.release();
  await Promise.all([held, later, room]);
  await session.finished();
  expect(n()).toEqual([1, 2, 3]);
  expect(hub.counts.dropped).toEqual({});
});

test('a store that fails costs exactly the messages of that round, of whoever sent them', async () => {
  const store = new SlowStore();
  const { hub } = makeHub(store);
  const problems: unknown[] = [];
  hub.on('problem', ({ error }) => problems.push(error));
  const [lost, both] = [
    hub.session(new FakePeer(), { answers: false, board: 'lost' }),
    hub.session(new FakePeer(false), { answers: false, board: 'both' }),
  ];
  lost.take([bytesOf('{"a":1}'), bytesOf('{"a":2}'), bytesOf('text')]);
  both.take([bytesOf('{"a":3}')]);
  await until(() => store.batches.length === 1);
  both.take([bytesOf('{"a":4}')]);
  const post = both.receive([bytesOf('{"a":5}'), bytesOf('{"b":6}'), bytesOf('hi'), bytesOf('{"c":nan}')]);
  store.fail(new Error('disk full'));
  await until(() => store.batches.length === 2);
  store.release();
  expect(await post).toEqual({
    messages: 4,
    samples: 2,
    texts: 1,
    refused: [],
    skipped: { NOT_FINITE: 1 },
  });
  expect(store.samples.map(({ values }) => [...values.values()])).toEqual([[4], [5], [6]]);
  expect(problems).toEqual([new Error('disk full')]);
  expect(hub.counts).toMatchObject({ samples: 3, dropped: { STORE_FAILED: 4, NOT_FINITE: 1 } });
  expect(hub.board('lost')?.info()).toMatchObject({ samples: 0, texts: 1, dropped: { STORE_FAILED: 3 } });
  expect(hub.board('both')?.info()).toMatchObject({
    samples: 3,
    dropped: { STORE_FAILED: 1, NOT_FINITE: 1 },
  });
});

test('a post that fails says so for each of its messages', async () => {
  const store = new SlowStore();
  const { hub } = makeHub(store);
  hub.on('problem', () => {});
  const session = hub.session(new FakePeer(false), { answers: true });
  const receipt = session.receive([bytesOf('{"a":1}'), bytesOf('{"a":2}'), bytesOf('hello')]);
  await until(() => store.batches.length === 1);
  store.fail(new Error('disk full'));
  expect(await receipt).toMatchObject({
    samples: 0,
    texts: 0,
    refused: ['STORE_FAILED', 'STORE_FAILED', 'STORE_FAILED'],
  });
});

test('the end of a connection comes after all that it sent is stored', async () => {
  const store = new SlowStore();
  const { hub, tcp } = await startHub({ store });
  const { socket } = await tcp();
  let ended = false;
  socket.on('end', () => {
    ended = true;
  });
  socket.end('{"a":1}\n{"a":2}\n');
  await until(() => store.batches.length === 1);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect([hub.counts.messages, ended]).toEqual([2, false]);
  store.finish();
  await once(socket, 'end');
  expect(store.samples).toHaveLength(2);
});

test('a board of many kinds of messages keeps them apart', async () => {
  const store = new SlowStore();
  store.free = true;
  const { hub, now } = makeHub(store);
  const session = hub.session(new FakePeer(), { answers: false });
  const units = Array.from({ length: 3_000 }, (_, i) => bytesOf(`{"m${i % 40}":${i},"s":"${i}","on":true}`));
  await session.take(units);
  await session.finished();
  expect(exactly(store.samples)).toEqual(exactly(expected(units, now)));
});

test('the app is told of every sample of a round, with who sent it', async () => {
  const store = new SlowStore();
  const { hub, now } = makeHub(store);
  const told: unknown[] = [];
  hub.on('sample', ({ board, at, from, values }) => told.push([board, at, from, ...values]));
  const [one, two] = ['one', 'two'].map((board) =>
    hub.session(new FakePeer(), { answers: false, board }),
  ) as [Session, Session];
  one.take([bytesOf('{"a":1}'), bytesOf('{"a":2}'), bytesOf('{}'), bytesOf('hello')]);
  two.take([bytesOf('{"a":3,"on":true}')]);
  one.take([bytesOf('{"a":4}')]);
  store.release();
  await one.finished();
  expect(told).toEqual([
    ['one', now, '10.0.0.7:7', ['a', 1]],
    ['one', now, '10.0.0.7:7', ['a', 2]],
    ['two', now, '10.0.0.7:7', ['a', 3], ['on', true]],
    ['one', now, '10.0.0.7:7', ['a', 4]],
  ]);
});
