import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import type { Peer } from '../transport/transport.ts';
import type { Scanner } from '../wire/index.ts';
import type { Access } from './access.ts';
import type { Boards } from './boards.ts';
import type { Commands } from './commands.ts';
import type { Datagrams } from './datagrams.ts';
import type { Encoding } from './encoding.ts';
import type { Handlers } from './events.ts';
import type { Feed } from './feed.ts';
import type { Intake } from './intake.ts';
import type { Keys } from './keys.ts';
import type { Methods } from './methods.ts';
import type { Programs } from './programs/programs.ts';
import type { ReasonCounts } from './reasons.ts';
import type { Refusals } from './refusals.ts';
import type { Sender } from './round.ts';
import type { Where } from './where.ts';

/** What sessions and message handlers see of the hub. */
export interface Inside {
  readonly clock: Clock;
  /** Of this run of the hub: another one after a restart. */
  readonly run: string;
  /** Of the hub's data: the same after a restart, and on another machine with the same data. */
  readonly home: string;
  readonly where: Where;
  readonly store: Pick<Store, 'acks' | 'boards'>;
  /** Milliseconds between heartbeats, unless a board wishes otherwise. */
  readonly keepalive: number;
  readonly keys: Keys;
  readonly access: Access;
  readonly refusals: Refusals;
  readonly commands: Commands;
  readonly methods: Methods;
  readonly programs: Programs;
  readonly datagrams: Datagrams;
  /** Where the hub takes datagrams; undefined where it does not. */
  udpPort(): number | undefined;
  readonly boards: Boards;
  readonly handlers: Handlers;
  readonly feed: Feed;
  readonly intake: Intake;
  /** Whoever is gone, and has something that waits for room in the intake. */
  readonly orphans: Set<Sender>;
  /** Peers that have said hello and were taken. */
  readonly greeted: WeakSet<Peer>;
  /** Of all sessions: what one board's program sends, another's does, too. */
  readonly scanner: Scanner;
  readonly counts: HubCounts;
  /** The reply to a text that no handler answers; undefined for none. */
  readonly reply: string | Uint8Array | undefined;
  /** What text that is no UTF-8 is read as, where the hub was told. */
  readonly encoding: Encoding | undefined;
}

export interface HubCounts {
  messages: number;
  samples: number;
  texts: number;
  replies: number;
  /** Connections that are open now. */
  connections: number;
  /** Hellos that came, whatever became of them. */
  hellos: number;
  /** What was lost, by reason, of all peers together. */
  dropped: ReasonCounts;
}

export const newCounts = (): HubCounts => ({
  messages: 0,
  samples: 0,
  texts: 0,
  replies: 0,
  connections: 0,
  hellos: 0,
  dropped: {},
});

/** A copy of them, and what the feed and the boards have counted. */
export const countsOf = ({ counts, feed, boards }: Inside) => ({
  ...counts,
  dropped: { ...counts.dropped },
  subscribers: feed.subscribers,
  lostByFeed: feed.lost,
  evictedBoards: boards.evicted,
});
