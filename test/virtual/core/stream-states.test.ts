/** What the board's thread may see of a connection while the main thread changes its state: it looks at any moment. */
import { createServer, Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { Air } from '../../../src/virtual/host/air.ts';
import { Orphans } from '../../../src/virtual/host/orphans.ts';
import { HostStream } from '../../../src/virtual/host/tcp-stream.ts';
import { FLAG, SharedState, SLOT } from '../../../src/virtual/shared.ts';

afterEach(() => vi.restoreAllMocks());

/** Every value that any atomic operation left in `word`. */
function seen(word: number, words: Int32Array): number[] {
  const values: number[] = [];
  for (const name of ['store', 'or', 'and', 'exchange', 'compareExchange'] as const) {
    const real = Atomics[name] as (...args: unknown[]) => number;
    vi.spyOn(Atomics, name).mockImplementation(((...args: unknown[]) => {
      const result = real.apply(Atomics, args);
      if (args[0] === words && args[1] === word) values.push(words[word] as number);
      return result;
    }) as never);
  }
  return values;
}

test('a connection that comes to stand, and breaks, is at no moment in no state', async () => {
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    accepted.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shared = new SharedState();
  const word = shared.slotWord(0, SLOT.FLAGS);
  const values = seen(word, shared.words);
  shared.set(word, FLAG.OPEN | FLAG.STREAM | FLAG.CONNECTING);
  const radio = {
    air: new Air(),
    name: 'b',
    flowing: () => true,
    asleep: () => 0,
    orphans: new Orphans(),
    now: () => 0,
  };
  const stream = new HostStream(shared, 0, new Socket(), radio);
  stream.connect(server.address() as { port: number });
  await vi.waitFor(() => expect(shared.get(word) & FLAG.CONNECTED).toBeTruthy());
  await vi.waitFor(() => expect(accepted).toHaveLength(1));
  accepted[0]?.resetAndDestroy();
  await vi.waitFor(() => expect(shared.get(word) & FLAG.DEAD).toBeTruthy());
  server.close();
  expect(values.length).toBeGreaterThan(2);
  // None of the three would be a fresh socket: writable and hung up, and ENOTCONN for who writes.
  for (const value of values) {
    expect(value & (FLAG.CONNECTING | FLAG.CONNECTED | FLAG.DEAD), values.join(' ')).not.toBe(0);
  }
});
