/** Connections of one board that overlap, over real sockets: whatever the order, one session at the end, and each sample once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeBoard, hello, Wire } from './boards.ts';
import { quietHub, startHub, until } from './helpers.ts';
import { DiskStore } from './stores.ts';

test('whoever said hello last has the board, however the store delays the answers', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('hello', 'hello of another start', 'tell', 'hold', 'turn', 'break'), {
        minLength: 4,
        maxLength: 30,
      }),
      async (steps) => {
        const store = new DiskStore();
        store.free = true;
        const { hub } = quietHub(store);
        hub.on('problem', () => {}); // they quarrel
        const boards: FakeBoard[] = [];
        const said: (void | Promise<void>)[] = [];
        for (const step of steps) {
          if (step.startsWith('hello')) {
            const board = new FakeBoard(hub);
            boards.push(board);
            const boot = step === 'hello' ? 'b0' : `b${boards.length}`;
            said.push(board.sends(hello({ board: 'a', boot }), { n: boards.length, $seq: boards.length }));
          } else if (step === 'hold') store.holdAcks();
          else if (step === 'tell') store.releaseAcks();
          else if (step === 'break') boards.at(-1)?.breaks();
          if (step === 'turn') await new Promise(setImmediate);
        }
        store.releaseAcks();
        await Promise.all(said);
        const last = boards.findLast((board) => !board.session.isClosed);
        const info = hub.board('a')?.info();
        const isLastAlive = boards.length > 0 && boards.at(-1) === last;
        if (isLastAlive) expect(info?.session?.address).toBe(last?.address);
        const open = boards.filter((board) => board.session.link && !board.session.link.isOver);
        expect(open.length).toBeLessThanOrEqual(1);
        expect(info?.presence?.state ?? 'lost').toBe(open.length === 1 ? 'online' : 'lost');
        await hub.close();
      },
    ),
    { numRuns: 300 },
  );
});

test('connections that come while the others are still open: each sample is stored once, in order', async () => {
  const store = new DiskStore();
  store.free = true;
  const { hub, tcp } = await startHub({ store });
  let acked = 0;
  const wires: Wire[] = [];
  for (let round = 0; round < 30; round++) {
    const wire = new Wire(await tcp());
    wires.push(wire);
    const { acks } = await wire.hello({ board: 'a', boot: 'b' });
    acked = Math.max(acked, (acks as { b: number }).b);
    // Some of it twice, some in pieces, and the end of a line that never comes.
    for (let n = acked + 1; n <= acked + 5; n++)
      wire.send({ n, $seq: n }, ...(n % 2 ? [{ n, $seq: n }] : []));
    wire.send('{"n":1e3,"$se');
    if (round % 3 === 0) await wire.next();
    if (round % 5 === 0) await wire.reset();
  }
  const last = new Wire(await tcp());
  const { acks } = await last.hello({ board: 'a', boot: 'b' });
  const from = (acks as { b: number }).b;
  const to = from + 20; // some of these are on their way already
  for (let n = from + 1; n <= to; n++) last.send({ n, $seq: n });
  for (let seq = 0; seq < to; ) seq = ((await last.next()) as { params: { seq: number } }).params.seq;
  const stored = store.disk.samples.map(({ values }) => values.get('n'));
  expect(stored).toEqual(Array.from({ length: to }, (_, i) => i + 1));
  await Promise.all(wires.map((wire) => wire.ended()));
  await until(() => hub.counts.connections === 1);
  expect(hub.boards()).toMatchObject([{ name: 'a', connections: 1 }]);
});
