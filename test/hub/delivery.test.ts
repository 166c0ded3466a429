/** Numbered samples: stored once, in order, and acknowledged when they are on disk, whatever becomes of connections and rounds. */
import { expect, test } from 'vitest';
import { Numbering } from '../../src/hub/numbering.ts';
import { type Outcome, Round, type Sender } from '../../src/hub/round.ts';
import { Layout } from '../../src/store/packed.ts';
import { FakeBoard, Wire } from './boards.ts';
import { quietHub, startHub, until } from './helpers.ts';
import { DiskStore } from './stores.ts';

const BOARD = { board: 'greenhouse', boot: 'b1' };

const numbers = (store: DiskStore, metric = 'n') =>
  store.disk.samples.map(({ values }) => values.get(metric));

const sample = (n: number, boot?: string) => ({ n, $seq: n, ...(boot !== undefined && { $boot: boot }) });

const acksTo = (board: FakeBoard) => board.gotOf('$ack').map(({ params }) => params);

/** A hub whose store settles nothing by itself. */
function slowHub() {
  const store = new DiskStore();
  const { hub } = quietHub(store);
  const problems: string[] = [];
  hub.on('problem', ({ what }) => problems.push(what));
  const stored = async () => {
    await until(() => store.waiting === 1);
    store.finish();
    await until(() => store.waiting === 0);
    await new Promise(setImmediate);
  };
  return { hub, store, problems, stored };
}

test('one acknowledgement a round and boot id, after the commit that holds the samples', async () => {
  const { hub, store, stored } = slowHub();
  const board = new FakeBoard(hub);
  await board.hello({ ...BOARD, boots: ['b0'] });
  board.sends(sample(1), sample(2));
  board.sends(sample(3), sample(7, 'b0'), sample(4), sample(9, 'b0'));
  await until(() => store.waiting === 1);
  board.sends(sample(5));
  expect([acksTo(board), store.disk.acksOf('greenhouse')]).toEqual([[], []]);
  await stored();
  expect(acksTo(board)).toEqual([{ seq: 4 }, { seq: 9, boot: 'b0' }]);
  expect(numbers(store)).toEqual([1, 2, 3, 7, 4, 9]);
  await stored();
  expect(acksTo(board).slice(2)).toEqual([{ seq: 5 }]);
  expect(hub.counts).toMatchObject({ samples: 7, dropped: {} });
  expect(hub.board('greenhouse')?.info()).toMatchObject({ samples: 7, duplicates: 0 });
});

test('a duplicate is dropped and counted; of a stored one the acknowledgement is given again, once a read', async () => {
  const { hub, store, stored } = slowHub();
  const board = new FakeBoard(hub);
  await board.hello(BOARD);
  board.sends(sample(1), sample(2), sample(2), sample(1));
  await stored();
  expect(acksTo(board)).toEqual([{ seq: 2 }]);
  board.sends(sample(1), sample(2), sample(3)); // two are stored, one is new
  expect(acksTo(board)).toEqual([{ seq: 2 }, { seq: 2 }]);
  board.sends(sample(3)); // taken, but not stored yet
  expect(acksTo(board)).toHaveLength(2);
  await stored();
  expect(acksTo(board)).toEqual([{ seq: 2 }, { seq: 2 }, { seq: 3 }]);
  expect(numbers(store)).toEqual([1, 2, 3]);
  expect(hub.counts.dropped).toEqual({ DUPLICATE: 5 });
  expect(hub.board('greenhouse')?.info()).toMatchObject({ duplicates: 5, dropped: { DUPLICATE: 5 } });
});

test('what is numbered and what is not is told apart in one read, also in forms that are not known yet', async () => {
  const { hub, store } = slowHub();
  store.free = true;
  const told: string[] = [];
  hub.on('sample', ({ from, values }) => told.push(`${from} ${[...values.values()]}`));
  const board = new FakeBoard(hub);
  await board.hello({ ...BOARD, boots: ['b0'] });
  for (let round = 0; round < 3; round++) {
    const n = 10 * round;
    board.sends(
      { n: n + 1 },
      sample(n + 1),
      { $seq: n + 2 },
      { s: 'x', n: n + 3, $seq: n + 3 },
      '[{"n":"n","v":5}]',
      { n: n + 4, $seq: n + 4, $boot: 'b9' },
      { n: 'twice', $seq: n + 1 },
      { n: n + 5, $seq: n + 5 },
    );
    await board.session.finished();
  }
  expect(numbers(store)).toEqual([0, 10, 20].flatMap((n) => [n + 1, n + 1, n + 3, 5, n + 5]));
  expect(acksTo(board).at(-1)).toEqual({ seq: 25 });
  expect(hub.counts.dropped).toEqual({ UNKNOWN_BOOT: 3, DUPLICATE: 3 });
  expect(told[0]).toBe(`${board.address} 1`);
});

test('a number without anything to keep is acknowledged as any other', async () => {
  const { hub, stored } = slowHub();
  const board = new FakeBoard(hub);
  await board.hello(BOARD);
  board.sends('{"a":nan,"$seq":1}', '{"$seq":2}');
  await stored();
  expect(acksTo(board)).toEqual([{ seq: 2 }]);
});

test('without a session a number means nothing', async () => {
  const { hub, store } = slowHub();
  store.free = true;
  const plain = new FakeBoard(hub);
  plain.sends(sample(1), sample(1), sample(1, 'b9'));
  await plain.session.finished();
  expect([numbers(store), plain.got, hub.counts.dropped]).toEqual([[1, 1, 1], [], {}]);
});

test('a connection that breaks while a round is under way: what comes again is known, and acknowledged on the new one', async () => {
  const { hub, store, stored } = slowHub();
  const old = new FakeBoard(hub);
  await old.hello(BOARD);
  old.sends(sample(1), sample(2));
  await until(() => store.waiting === 1);
  old.sends(sample(3));
  old.breaks();
  const board = new FakeBoard(hub);
  expect(await board.hello(BOARD)).toMatchObject({ acks: { b1: 0 } });
  board.sends(sample(1), sample(2), sample(3), sample(4));
  expect(store.asked).toBe(1); // the hub knows it better than the store
  await stored();
  expect(acksTo(board)).toEqual([{ seq: 2 }]);
  await stored();
  expect(acksTo(board)).toEqual([{ seq: 2 }, { seq: 4 }]);
  expect([numbers(store), acksTo(old)]).toEqual([[1, 2, 3, 4], []]);
});

test('an old session whose place was taken takes nothing any more', async () => {
  const { hub, store } = slowHub();
  store.free = true;
  const [old, board] = [new FakeBoard(hub), new FakeBoard(hub)];
  await old.hello(BOARD);
  await board.hello({ ...BOARD, boot: 'b2' });
  expect([old.isEnded, old.gotOf('$bye')]).toMatchObject([true, [{ params: { why: 'replaced' } }]]);
  old.sends(sample(1), 'text', '{"other":"form"}');
  board.sends(sample(1));
  await Promise.all([old.session.finished(), board.session.finished()]);
  old.breaks();
  expect(numbers(store)).toEqual([1]);
  expect(hub.counts).toMatchObject({ texts: 0, dropped: { SESSION_OVER: 3 } });
  expect(hub.board('greenhouse')?.info()).toMatchObject({ address: board.address, session: { boot: 'b2' } });
  expect(hub.board('greenhouse')?.send('"to you"')).toBe(true);
});

test('what the app answers to a session that is over is not sent', async () => {
  const { hub, store } = slowHub();
  store.free = true;
  let answer = () => {};
  hub.on('text', () => new Promise<string>((resolve) => (answer = () => resolve('"late"'))));
  const old = new FakeBoard(hub);
  await old.hello(BOARD);
  const answered = old.sends('think', sample(1));
  await new FakeBoard(hub).hello(BOARD);
  answer();
  await answered;
  expect([old.late, hub.counts.replies, hub.counts.dropped]).toEqual([0, 0, { SESSION_OVER: 1 }]);
});

test('what of a session waits for the store goes with its connection, and comes again', async () => {
  const { hub, store } = slowHub();
  const old = new FakeBoard(hub);
  await old.hello(BOARD);
  for (let rounds = 1; rounds <= 2; rounds++) {
    const filler = new FakeBoard(hub);
    const many = Array.from({ length: 10_000 }, () => '{"filler":1}');
    while (!filler.sends(...many));
    await until(() => store.waiting === 1);
  }
  const held = [old.sends(sample(1), 'text', sample(2)), old.sends(sample(3))];
  old.breaks();
  expect(hub.counts.dropped).toEqual({ SESSION_OVER: 3 });
  const board = new FakeBoard(hub);
  expect(await board.hello(BOARD)).toMatchObject({ acks: { b1: 0 } });
  const again = board.sends(sample(1), sample(2), sample(3));
  store.release();
  await Promise.all([...held, again]);
  await board.session.finished();
  expect(numbers(store).filter((n) => n !== undefined)).toEqual([1, 2, 3]);
  expect(hub.counts).toMatchObject({ texts: 0, dropped: { SESSION_OVER: 4 } });
});

test('a round that fails: nothing of it is acknowledged, what follows is discarded, the board comes back and sends again', async () => {
  const { hub, store, problems, stored } = slowHub();
  const [board, other] = [new FakeBoard(hub), new FakeBoard(hub)];
  await board.hello(BOARD);
  await other.hello({ board: 'cellar', boot: 'c1' });
  board.sends(sample(1), sample(2));
  await until(() => store.waiting === 1);
  board.sends(sample(3), { n: 'plain' }, sample(4));
  other.sends(sample(1), { n: 'text', $seq: 2 });
  store.fail();
  await until(() => board.isEnded);
  expect(board.got.at(-1)).toMatchObject({ method: '$bye', params: { why: 'store failed' } });
  expect(problems).toEqual(['store failed']);
  board.sends(sample(5));
  await stored();
  expect(numbers(store)).toEqual(['plain', 1, 'text']); // the round that was gathered, without what would follow the lost
  expect([acksTo(board), acksTo(other)]).toEqual([[], [{ seq: 2 }]]);
  expect(hub.board('greenhouse')?.info()).toMatchObject({
    presence: { state: 'lost', why: 'STORE_FAILED' },
    samples: 1,
    dropped: { STORE_FAILED: 4, SESSION_OVER: 1 },
  });
  expect(hub.board('cellar')?.info()).toMatchObject({ presence: { state: 'online' }, samples: 2 });
  board.breaks();

  const again = new FakeBoard(hub);
  expect(await again.hello(BOARD)).toMatchObject({ acks: { b1: 0 } });
  again.sends(sample(1), sample(2), sample(3), sample(4));
  await stored();
  expect(acksTo(again)).toEqual([{ seq: 4 }]);
  expect(numbers(store).slice(3)).toEqual([1, 2, 3, 4]);
});

test('a round that fails ends a session that came after it, too, when it has samples of the same numbers', async () => {
  const { hub, store, stored } = slowHub();
  const old = new FakeBoard(hub);
  await old.hello(BOARD);
  old.sends(sample(1));
  await until(() => store.waiting === 1);
  old.breaks();
  const board = new FakeBoard(hub);
  await board.hello(BOARD);
  board.sends(sample(1), sample(2)); // the first is taken for a duplicate: it is on its way
  store.fail();
  await until(() => board.isEnded);
  const again = new FakeBoard(hub);
  expect(await again.hello(BOARD)).toMatchObject({ acks: { b1: 0 } });
  again.sends(sample(1), sample(2));
  await stored();
  expect([numbers(store), acksTo(again)]).toEqual([[1, 2], [{ seq: 2 }]]);
});

test('a round that fails leaves the session of another boot id alone', async () => {
  const { hub, store } = slowHub();
  const old = new FakeBoard(hub);
  await old.hello(BOARD);
  old.sends(sample(1));
  await until(() => store.waiting === 1);
  const board = new FakeBoard(hub);
  const said = board.hello({ ...BOARD, boot: 'b2' }); // waits for what is under way
  store.fail();
  expect(await said).toMatchObject({ acks: { b2: 0 } });
  expect(board.isEnded).toBe(false);
  expect(hub.board('greenhouse')?.info()).toMatchObject({ restarts: 1, presence: { state: 'online' } });
});

test('of a boot id that the hub has forgotten, the store is asked when nothing of it is under way', async () => {
  const { hub, store, stored } = slowHub();
  const old = new FakeBoard(hub);
  await old.hello(BOARD);
  old.sends(sample(1), sample(2));
  await until(() => store.waiting === 1);
  // Sixteen other boot ids: the hub keeps no more.
  const boots = Array.from({ length: 16 }, (_, i) => `x${i}`);
  const board = new FakeBoard(hub);
  const others = board.hello({ ...BOARD, boot: 'x0', boots: boots.slice(1) });
  await new Promise(setImmediate); // it waits for the round that is under way, and this is the next
  old.sends(sample(3));
  store.finish();
  await others;
  const again = new FakeBoard(hub);
  const said = again.hello(BOARD);
  await stored();
  expect(await said).toMatchObject({ acks: { b1: 3 } });
  again.sends(sample(3), sample(4));
  await stored();
  expect(numbers(store)).toEqual([1, 2, 3, 4]);
});

test('what the store has said is asked again when a round has failed meanwhile', async () => {
  const { hub, store, stored } = slowHub();
  const old = new FakeBoard(hub);
  await old.hello(BOARD);
  old.sends(sample(1));
  await stored();
  store.holdAcks();
  const board = new FakeBoard(hub);
  const said = board.hello({ ...BOARD, boots: ['b0'] });
  await until(() => store.asked === 2);
  old.sends(sample(2));
  await stored();
  old.sends(sample(3));
  await until(() => store.waiting === 1);
  store.fail();
  await until(() => old.isEnded);
  store.releaseAcks();
  expect(await said).toMatchObject({ acks: { b1: 2 } });
  expect(store.asked).toBe(3);
});

test('an acknowledgement that the board could not be sent is given with its next message', async () => {
  const { hub, stored } = slowHub();
  const board = new FakeBoard(hub);
  await board.hello(BOARD);
  board.sends(sample(1));
  board.isFull = true;
  await stored();
  expect(acksTo(board)).toEqual([]);
  board.isFull = false;
  board.sends({ jsonrpc: '2.0', id: 'ping1', result: {} });
  expect(acksTo(board)).toEqual([{ seq: 1 }]);
});

test('samples of before a restart of the hub are not stored again after it', async () => {
  const store = new DiskStore();
  store.free = true;
  const first = quietHub(store).hub;
  const before = new FakeBoard(first);
  await before.hello({ ...BOARD, boots: ['b0'] });
  before.sends(sample(1), sample(2), sample(5, 'b0'));
  await before.session.finished();
  await first.close();

  const disk = new DiskStore(store.disk);
  disk.free = true;
  const { hub } = quietHub(disk);
  const board = new FakeBoard(hub);
  expect(await board.hello({ ...BOARD, boots: ['b0', 'b9'] })).toMatchObject({
    acks: { b1: 2, b0: 5, b9: 0 },
  });
  board.sends(sample(2), sample(3), sample(5, 'b0'), sample(1, 'b9'));
  await board.session.finished();
  expect(numbers(disk)).toEqual([1, 2, 5, 3, 1]);
});

test('a connection ends after the acknowledgement of all that it sent', async () => {
  const store = new DiskStore();
  const { tcp, hub } = await startHub({ store });
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  board.send(sample(1), sample(2));
  board.notify('$bye', { why: 'deep sleep' });
  board.send(sample(3));
  await until(() => store.waiting === 1);
  expect(board.isEnded).toBe(false);
  store.release();
  expect(await board.next()).toMatchObject({ method: '$ack', params: { seq: 2 } });
  expect(await board.next()).toBeUndefined();
  await board.ended();
  await until(() => hub.counts.connections === 0);
  expect(hub.board('greenhouse')?.info()).toMatchObject({
    presence: { state: 'lost', why: 'BYE', said: 'deep sleep' },
    dropped: { SESSION_OVER: 1 },
  });
});

test('a hub that closes says so, and acknowledges what it has', async () => {
  const store = new DiskStore();
  const { tcp, hub } = await startHub({ store });
  const board = new Wire(await tcp());
  await board.hello(BOARD);
  board.send(sample(1));
  await until(() => store.waiting === 1);
  const closed = hub.close();
  expect(await board.next()).toMatchObject({ method: '$bye', params: { why: 'hub closed' } });
  store.release();
  expect(await board.next()).toMatchObject({ method: '$ack', params: { seq: 1 } });
  await board.ended();
  await closed;
});

test('a round without those whose samples were lost is the round of the others, in order', () => {
  const layout = new Layout('a', ['n', 's']);
  const told: unknown[] = [];
  const owner = {
    name: 'a',
    settled: (n: number, outcome: Outcome) => told.push([n, outcome]),
    sealed: () => {},
  };
  const numbered = new Numbering(owner, 'b1', 0);
  const plain: Sender = { address: 'p:1', round: 0, settled: () => {} };
  const [failed, round] = [new Round(), new Round()];
  failed.number = 1;
  failed.took(numbered, 1, 0);
  round.number = 2;
  const bring = (sender: Sender, n: number) => {
    round.samples.add(layout, n, [n, `text ${n}`]);
    round.took(sender, 1, 0);
  };
  for (const n of [1, 2]) bring(plain, n);
  for (const n of [3, 4]) bring(numbered, n);
  round.addText({ board: 'a', at: 1, text: 'hi' });
  round.took(plain, 0, 1);
  bring(numbered, 5);
  bring(plain, 6);
  expect(round.seal()).toHaveLength(1);
  round.stripNumberedOf(failed);
  expect(told).toEqual([
    [2, 'STORE_FAILED'],
    [1, 'STORE_FAILED'],
  ]);
  const kept: unknown[] = [];
  round.forEachSample((sender, _, at, first) =>
    kept.push([sender === plain, at, round.samples.valueAt(first + 1)]),
  );
  expect(kept).toEqual([
    [true, 1, 'text 1'],
    [true, 2, 'text 2'],
    [true, 6, 'text 6'],
  ]);
  expect([round.samples.length, round.texts.length, round.seal()]).toEqual([3, 1, []]);
});
