/** The real hub for programs on virtual boards, and what such programs and tests have in common. */
import { onTestFinished } from 'vitest';
import { createHub, type Hub, type HubOptions, type ListenAt } from '../../src/index.ts';
import type { Cut } from '../../src/virtual/index.ts';

/** Any free port of this computer. */
export const HERE = { host: '127.0.0.1', port: 0 };

/** The values of the metric n of board b that are stored, in order of time. */
export const numbersIn = async ({ store }: Hub) =>
  (await store.query({ board: 'b', metric: 'n', limit: 10_000 })).map(({ value }) => value);

/** A hub that listens, by TCP unless told; `port` is the one for TLS where there is one, else that for TCP. */
export async function startHub(options: HubOptions = {}, at: ListenAt = { tcp: HERE }) {
  const hub = createHub(options);
  onTestFinished(() => hub.close());
  const { tcp, tls } = await hub.listen(at);
  return { hub, port: (tls ?? tcp)?.port ?? 0, numbers: () => numbersIn(hub) };
}

/** The next time that a board is there, or lost: why. */
export const presence = (hub: Hub, state: 'online' | 'lost') =>
  new Promise<string | undefined>((done) =>
    hub.on('presence', (message) => message.state === state && done(message.why)),
  );

export const count = (to: number): number[] => Array.from({ length: to }, (_, n) => n + 1);

/**
 * The end of a program: one sample after the other, and a word when all are on disk.
 * @param ms from one to the next
 */
export const COUNTING = (to: number, ms = 3): string => `
made = 0
@board.every(${ms}, n="1")
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

/**
 * The command `rest`: "all said" at the serial port, and there alone, once nothing of what the board says is under way. Ctrl-C in the
 * midst of a write has no goodbye.
 */
export const REST = `
@board.command
def rest():
    async def said():
        link = board._link._connection
        while link.work.is_set() or link.stuck is not None:
            await asyncio.sleep_ms(1)
        board._log.note("all said")
    asyncio.create_task(said())
`;

/** So many connections break, in turn in either direction, from the first byte of hello to the middle of what follows. */
export function cuts(connections: number): (connection: { number: number }) => Cut | undefined {
  const all: Cut[] = count(connections).map((n) => ({
    direction: n % 2 ? 'from-board' : 'to-board',
    bytes: n % 2 ? n * 23 : n * 9,
  }));
  return ({ number }) => all[number];
}
