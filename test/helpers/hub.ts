/** The real hub for programs on virtual boards, and what such programs and tests have in common. */
import { onTestFinished } from 'vitest';
import { createHub, type Hub, type HubOptions, MemoryStore } from '../../src/index.ts';
import type { Cut } from '../../src/virtual/index.ts';

/** A hub on a port of its own; `numbers` are the values of the metric n of board b that it has stored. */
export async function startHub(options: HubOptions = {}) {
  const store = new MemoryStore();
  const hub = createHub({ store, ...options });
  onTestFinished(() => hub.close());
  const { tcp } = await hub.listen({ tcp: { host: '127.0.0.1', port: 0 } });
  const numbers = async () =>
    (await store.query({ board: 'b', metric: 'n', limit: 10_000 })).map(({ value }) => value);
  return { hub, store, port: tcp?.port ?? 0, numbers };
}

/** The next time that a board is there, or lost: why. */
export const presence = (hub: Hub, state: 'online' | 'lost') =>
  new Promise<string | undefined>((done) =>
    hub.on('presence', (message) => message.state === state && done(message.why)),
  );

export const count = (to: number): number[] => Array.from({ length: to }, (_, n) => n + 1);

/** The end of a program: one sample after the other, and a word when all are on disk. */
export const COUNTING = (to: number): string => `
made = 0
@board.every(3, n="1")
def n():
    global made
    if made < ${to}:
        made += 1
        return made
@board.task
async def tell():
    while made < ${to} or board.waiting:
        await asyncio.sleep_ms(2)
    print("all stored", board.dropped)
`;

/** So many connections break, in turn in either direction, from the first byte of hello to the middle of what follows. */
export function cuts(connections: number): (connection: { number: number }) => Cut | undefined {
  const all: Cut[] = count(connections).map((n) => ({
    direction: n % 2 ? 'from-board' : 'to-board',
    bytes: n % 2 ? n * 23 : n * 9,
  }));
  return ({ number }) => all[number];
}
