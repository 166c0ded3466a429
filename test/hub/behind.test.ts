/** A store that stops, or fails: what is held, what is lost, and what each sender is told. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Hub } from '../../src/hub/hub.ts';
import { ROUND_BYTES } from '../../src/hub/intake.ts';
import { MAX_ORPHANS } from '../../src/hub/session.ts';
import { bytesOf } from '../wire/scanner-cases.ts';
import { FakePeer, quietHub, startHub, until } from './helpers.ts';
import { SlowStore } from './stores.ts';

/** Waits until two rounds are full and every stream is held back. @returns how many messages were taken */
async function standsStill(hub: Hub): Promise<number> {
  let before = -1;
  while (before !== hub.counts.messages || before === 0) {
    before = hub.counts.messages;
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  }
  return before;
}

/** Fills the round that is being gathered. */
function fill(hub: Hub): void {
  const session = hub.session(new FakePeer(), { answers: false });
  const many = Array.from({ length: 10_000 }, () => bytesOf('{"filler":1}'));
  while (!session.take(many));
}

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
  const before = await standsStill(hub);
  expect(before).toBeLessThan(0.75 * total);
  expect(hub.counts.samples).toBe(0);

  (await udp()).send('{"inTime":1}'); // from the reserve of those who cannot wait
  await until(() => hub.counts.messages > before);

  store.release();
  await Promise.all(streams.map(({ socket }) => once(socket, 'end'))); // our FIN says that all is stored
  expect(store.samples).toHaveLength(total + 1);
  const next = streams.map(() => 0);
  for (const { values } of store.samples) {
    if (values.has('inTime')) continue;
    const board = Number(values.get('board'));
    if (values.get('n') !== next[board]) throw new Error('not in order');
    next[board] = (next[board] ?? 0) + 1;
  }
  expect(next).toEqual(streams.map(() => lines));
  expect(store.most).toBeLessThan(1.1 * ROUND_BYTES);
  expect(hub.counts).toMatchObject({ samples: total + 1, dropped: {} });
  expect(problems).toEqual([]);
});

test('datagrams and posts are refused and counted when their reserve is used up, too', async () => {
  const store = new SlowStore();
  const { hub } = quietHub(store);
  fill(hub);
  await until(() => store.batches.length === 1);
  fill(hub);
  const datagrams = hub.session(new FakePeer(false), { answers: false });
  datagrams.take([bytesOf('{"inTime":1}')]);
  expect(hub.counts.dropped).toEqual({});
  const filler = bytesOf('{"filler":1}');
  while (hub.counts.dropped.STORE_BEHIND === undefined) datagrams.take([filler]);
  datagrams.take([bytesOf('{"unknown":"form"}')]);
  datagrams.take([bytesOf('text')]);
  expect(hub.counts.dropped).toEqual({ STORE_BEHIND: 3 });
  const post = hub.session(new FakePeer(false), { answers: true });
  expect(await post.receive([filler, bytesOf('hello'), bytesOf('{"a":nan}')])).toEqual({
    messages: 3,
    samples: 0,
    texts: 0,
    refused: ['STORE_BEHIND', 'STORE_BEHIND'],
    skipped: { NOT_FINITE: 1 },
  });
  store.release();
  await hub.close();
  expect(hub.counts.dropped).toEqual({ STORE_BEHIND: 5, NOT_FINITE: 1 });
  expect(hub.counts.messages - store.samples.length).toBe(6);
  expect(store.samples.filter(({ values }) => values.has('inTime'))).toHaveLength(1);
});

test('an answer of the app that is waited for, and a store without room, keep the order of one stream', async () => {
  const store = new SlowStore();
  const { hub } = quietHub(store);
  let answer = () => {};
  hub.on('text', () => new Promise<string>((resolve) => (answer = () => resolve('done'))));
  const session = hub.session(new FakePeer(), { answers: true });
  const line = (n: number) => bytesOf(`{"n":${n}}`);
  const held = session.take([line(1), bytesOf('text'), line(2)]);
  expect(held).toBeInstanceOf(Promise);
  const later = session.take([line(3)]);
  await until(() => store.batches.length === 1);
  fill(hub);
  answer();
  await Promise.race([held, new Promise(setImmediate)]);
  const n = () => store.samples.map(({ values }) => values.get('n')).filter((value) => value !== undefined);
  store.finish();
  await until(() => store.samples.length > 0);
  expect(n()).toEqual([1]);
  store.release();
  await Promise.all([held, later]);
  await session.finished();
  expect(n()).toEqual([1, 2, 3]);
  expect(hub.counts.dropped).toEqual({});
});

test('a store that fails costs exactly the messages of that round, of whoever sent them', async () => {
  const store = new SlowStore();
  const { hub } = quietHub(store);
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
  const { hub } = quietHub(store);
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

test('what is held back of a connection that breaks is stored all the same, also when the hub closes', async () => {
  const store = new SlowStore();
  const { hub } = quietHub(store);
  fill(hub);
  await until(() => store.batches.length === 1);
  fill(hub);
  const session = hub.session(new FakePeer(), { answers: false });
  const held = [session.take([bytesOf('{"n":1}'), bytesOf('text')]), session.take([bytesOf('{"n":2}')])];
  session.closed();
  const closed = hub.close();
  store.release();
  await Promise.all([closed, ...held]);
  expect(store.samples.slice(-2).map(({ values }) => [...values])).toEqual([[['n', 1]], [['n', 2]]]);
  expect(store.stored).toMatchObject([{ text: 'text' }]);
  expect(hub.counts.dropped).toEqual({});
});

test('of connections that break while the store stands still so many are held, and the rest is counted', async () => {
  const store = new SlowStore();
  const { hub } = quietHub(store);
  fill(hub);
  await until(() => store.batches.length === 1);
  fill(hub);
  const broken = (count: number) =>
    Array.from({ length: count }, () => {
      const session = hub.session(new FakePeer(), { answers: false });
      const held = session.take([bytesOf('{"n":1}'), bytesOf('{"n":2}')]);
      session.closed();
      return held;
    });
  const held = broken(MAX_ORPHANS + 10);
  expect(hub.counts.dropped).toEqual({ STORE_BEHIND: 20 });
  store.release();
  await Promise.all(held);

  await Promise.all(broken(10)); // there is room again, and for as many as before
  await hub.close();
  expect(hub.counts.dropped).toEqual({ STORE_BEHIND: 20 });
  expect(store.samples.filter(({ values }) => values.has('n'))).toHaveLength(2 * MAX_ORPHANS + 20);
});
