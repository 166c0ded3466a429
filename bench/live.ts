/**
 * What the hub can tell pages: frames that are made once for all of them, against one `send` for each message and page, with the same
 * pages, the same board and the same sockets, in turn in one run. Goal: at 100 pages at least 20 times the messages a second.
 *
 * Counted is the CPU time of the hub for each message that reached a page: what one core carries in a second follows from it, whatever
 * else has the cores meanwhile. Frames gain with the rate, so they are measured at the rate of the other, too, and at what a fast board sends.
 *
 *   npm run -s bench:live -- [PAGES] [ROUNDS]
 */
import { cpus } from 'node:os';
import { median, spread, table } from './figures.ts';
import { Child } from './kit/children.ts';
import type { Round, RoundResult } from './live/pages.ts';
import type { ServerStart, ServerUse } from './live/server.ts';

const PAGES = Number(process.argv[2] ?? 100);
const ROUNDS = Number(process.argv[3] ?? 5);
const SECONDS = 3;

type Kind = 'frames' | 'sends';
/** Samples a second; the plain way could not do the last on one core. */
const CASES: readonly { kind: Kind; rate: number }[] = [
  { kind: 'sends', rate: 500 },
  { kind: 'frames', rate: 500 },
  { kind: 'frames', rate: 5_000 },
];

interface Seen {
  /** Microseconds of CPU for a message that reached a page. */
  cpuUs: number;
  /** Messages that did, of all that were sent: 1 for all of them. */
  share: number;
}

class System {
  readonly #server: Child;
  readonly #pages: Child;

  constructor(server: Child, pages: Child) {
    this.#server = server;
    this.#pages = pages;
  }

  static async start(kind: Kind): Promise<System> {
    const server = new Child(new URL('./live/server.ts', import.meta.url), [kind]);
    const { tcp, url, token } = await server.hears<ServerStart>();
    const args = [String(tcp), url, token, String(PAGES)];
    const pages = new Child(new URL('./live/pages.ts', import.meta.url), args);
    await pages.hears();
    return new System(server, pages);
  }

  async measure(rate: number): Promise<Seen> {
    await this.#server.ask({});
    const round: Round = { rate, seconds: SECONDS };
    const { got, sent } = await this.#pages.ask<RoundResult>(round);
    const { cpuMs } = await this.#server.ask<ServerUse>({});
    return { cpuUs: (cpuMs * 1_000) / got, share: got / sent };
  }

  async end(): Promise<void> {
    await Promise.all([this.#pages.end(), this.#server.end()]);
  }
}

const systems = { frames: await System.start('frames'), sends: await System.start('sends') };
const seen: Seen[][] = CASES.map(() => []);
for (const { kind, rate } of CASES) await systems[kind].measure(rate); // until all of it is compiled
for (let round = 0; round < ROUNDS; round++)
  for (const [i, { kind, rate }] of CASES.entries()) seen[i]?.push(await systems[kind].measure(rate));
await Promise.all(Object.values(systems).map((system) => system.end()));

const NAMES: Record<Kind, string> = {
  frames: 'frames made once (ours)',
  sends: 'a send for each message and page',
};
console.log(
  `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}; ${PAGES} pages; medians (least to most) of ${ROUNDS} rounds`,
);
table([
  [
    '',
    'samples/s',
    'reached pages',
    'µs of CPU a message and page',
    'messages/s that a core carries',
    'times',
  ],
  ...CASES.map(({ kind, rate }, i) => {
    const all = seen[i] ?? [];
    const times = all.map(({ cpuUs }, round) => (seen[0]?.[round]?.cpuUs ?? Number.NaN) / cpuUs);
    return [
      NAMES[kind],
      String(rate),
      `${(100 * Math.min(...all.map(({ share }) => share))).toFixed(1)} %`,
      spread(
        all.map(({ cpuUs }) => cpuUs),
        3,
      ),
      String(Math.round(1e6 / median(all.map(({ cpuUs }) => cpuUs)))),
      spread(times, 1),
    ];
  }),
]);
console.log('goal: 20 times the messages/s of a send for each');
