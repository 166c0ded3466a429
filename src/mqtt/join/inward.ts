import type { Hub } from '../../hub/hub.ts';
import type { Session } from '../../hub/session.ts';
import { formatHostPort, type HostPort } from '../../transport/address.ts';
import { newCounts, type Peer } from '../../transport/transport.ts';
import { decode, isObject, type JsonObject, limits } from '../../wire/index.ts';
import { BoardLink } from './link.ts';
import type { Arrived, JoinDrop, MetricPlace } from './messages.ts';
import type { Meaning } from './names.ts';
import { learnPlaces } from './places.ts';
import { jsonOf, textOf, unitOf } from './values.ts';

/** Boards of a broker that are known: as many as a hub knows at all. */
const MOST_BOARDS = 10_000;
const ONLINE = new Set(['online', 'true', '1', 'on']);

/** What is known of a board of the broker. */
interface Guest {
  readonly name: string;
  /** What it publishes while it has not said that it is there. */
  plain: Session | undefined;
  link: BoardLink | undefined;
  /** What it says of itself. */
  said: JsonObject;
  /** Metric → where it is published. */
  readonly places: Map<string, MetricPlace>;
  /** The broker keeps `online` of it, which may be older than the board. */
  mayBeThere: boolean;
}

export interface InwardOptions {
  hub: Hub;
  /** The broker. */
  from: () => HostPort;
  secure: boolean;
  /** Sends a board a command, at once or never. */
  publish: (topic: string, payload: string) => boolean;
  drop: (reason: JoinDrop) => void;
  /** Whether the broker gives back to us what we publish: then nothing is taken in the name of boards that the hub has of other ways. */
  echoes: () => boolean;
}

/** What comes from a broker, in the hub: boards, their samples, whether they are there, and what they answer. */
export class Inward {
  readonly #options: InwardOptions;
  readonly #guests = new Map<string, Guest>(); // the one that was heard longest ago first

  constructor(options: InwardOptions) {
    this.#options = options;
  }

  /** Whether a board of this name has come by the broker. */
  has(board: string): boolean {
    return this.#guests.has(board);
  }

  /** Where a board of the broker publishes a metric. */
  placeOf(board: string, metric: string): MetricPlace | undefined {
    return this.#guests.get(board)?.places.get(metric);
  }

  /**
   * Takes what was published.
   * @returns whether it may be acknowledged, once that is known: what became a sample is on disk then
   */
  take(arrived: Arrived): boolean | Promise<boolean> {
    const { hub, drop, echoes } = this.#options;
    const { meaning, payload, retained } = arrived;
    const { board } = meaning;
    if (meaning.is === 'set') return true; // is for whoever takes commands
    if (hub.keys.isClosed(board)) {
      hub.refuse('NO_PROOF', board, this.#options.from());
      drop('NO_PROOF');
      return true;
    }
    if (echoes() && !this.has(board) && (hub.board(board)?.info()?.transport ?? 'mqtt') !== 'mqtt') {
      drop('OUR_OWN');
      return true;
    }
    const guest = this.#guest(board);
    if (!guest) {
      drop('TOO_MANY_BOARDS');
      return true;
    }
    switch (meaning.is) {
      case 'status':
        this.#status(guest, textOf(payload)?.trim().toLowerCase() ?? '', retained);
        return true;
      case 'hello':
        this.#hello(guest, payload);
        return true;
      case 'error':
        guest.link?.answers(meaning.command, textOf(payload) ?? '', true);
        return true;
      default:
        return this.#sample(guest, meaning, arrived);
    }
  }

  /** The broker is gone: whether its boards are there is not known any more. */
  lost(): void {
    for (const guest of this.#guests.values()) {
      guest.link?.ends();
      guest.link = undefined;
      guest.mayBeThere = false;
    }
  }

  close(): void {
    this.lost();
    for (const guest of this.#guests.values()) guest.plain?.closed();
    this.#guests.clear();
  }

  #guest(name: string): Guest | undefined {
    const known = this.#guests.get(name);
    if (known) {
      this.#guests.delete(name);
      this.#guests.set(name, known);
      return known;
    }
    if (this.#guests.size >= MOST_BOARDS) {
      const oldest = [...this.#guests.values()].find(({ link }) => !link);
      if (!oldest) return undefined;
      oldest.plain?.closed();
      this.#guests.delete(oldest.name);
    }
    const guest: Guest = {
      name,
      plain: undefined,
      link: undefined,
      said: {},
      places: new Map(),
      mayBeThere: false,
    };
    this.#guests.set(name, guest);
    return guest;
  }

  #status(guest: Guest, text: string, retained: boolean): void {
    if (!ONLINE.has(text)) {
      guest.link?.ends();
      guest.link = undefined;
      guest.mayBeThere = false;
    } else if (retained && this.#options.echoes()) {
      guest.mayBeThere = true; // it may be what we said of a board of ours, before we were started
    } else {
      this.#comes(guest);
    }
  }

  /**
   * It is there, and may have been started anew: what it was told before is not told again, or it might run twice.
   */
  #comes(guest: Guest): void {
    const { hub, from, secure, publish } = this.#options;
    guest.link?.ends();
    guest.plain?.closed();
    guest.plain = undefined;
    guest.mayBeThere = false;
    guest.link = new BoardLink({ hub, board: guest.name, from: from(), secure, publish }, guest.said);
  }

  #hello(guest: Guest, payload: Uint8Array): void {
    const text = textOf(payload);
    const said = text === undefined ? undefined : jsonOf(text);
    if (!isObject(said)) {
      if (payload.length > 0) this.#options.drop('BAD_PAYLOAD');
      return;
    }
    const isNews = JSON.stringify(said) !== JSON.stringify(guest.said);
    guest.said = said;
    if (guest.link && isNews) this.#comes(guest);
  }

  #sample(
    guest: Guest,
    meaning: Extract<Meaning, { is: 'value' | 'samples' }>,
    { topic, payload, retained }: Arrived,
  ): boolean | Promise<boolean> {
    if (retained) {
      this.#options.drop('RETAINED');
      return true;
    }
    if (guest.mayBeThere) this.#comes(guest);
    if (meaning.is === 'value' && guest.link?.answers(meaning.metric, textOf(payload) ?? '')) return true;
    const unit = meaning.is === 'value' ? unitOf(meaning.metric, payload) : payload.slice();
    const message = unit && unit.length <= limits.lineBytes ? decode(unit) : undefined;
    if (unit === undefined || (message?.kind !== 'samples' && message?.kind !== 'text')) {
      const isControl = message !== undefined && message.kind !== 'refused';
      this.#options.drop(isControl ? 'NOT_ALLOWED' : 'BAD_PAYLOAD'); // what payloads say acts on nothing
      return true;
    }
    if (message.kind === 'samples') learnPlaces(guest.places, topic, meaning, message);
    const { hub, from } = this.#options;
    if (guest.link?.isOver) guest.link = undefined;
    guest.plain ??= guest.link
      ? undefined
      : hub.session(new Publisher(from()), { board: guest.name, answers: false });
    const session = guest.link?.session ?? (guest.plain as Session);
    return session.receive([unit]).then(({ refused }) => {
      const isStored = !refused.some((reason) => reason.startsWith('STORE_'));
      if (!isStored) this.#options.drop('STORE_FAILED');
      return isStored;
    });
  }
}

/** A board that publishes and has not said that it is there: nothing can be sent to it. */
class Publisher implements Peer {
  readonly transport = 'mqtt';
  readonly stream = false;
  readonly framed = true;
  readonly maxBytes = 0;
  readonly counts = newCounts();
  readonly host: string;
  readonly port: number;
  readonly address: string;

  constructor({ host, port }: HostPort) {
    this.host = host;
    this.port = port;
    this.address = formatHostPort(host, port);
  }

  send(): boolean {
    return false;
  }

  frame(): void {}

  close(): void {}
}
