import type { PresenceMessage } from '../../hub/events.ts';
import type { PackedSamples } from '../../store/packed.ts';
import type { JsonObject, Value } from '../../wire/index.ts';
import { isObject, type Json } from '../../wire/index.ts';
import type { Broker } from '../broker.ts';
import { SetCommands } from '../join/commands.ts';
import { levelOf, ROOT, topicOf } from '../join/names.ts';
import type { Qos } from '../packet/types.ts';
import type { ClientSession } from '../session.ts';
import { matches } from '../topics/filter.ts';
import type { Link } from './link.ts';
import { boardOf, type TopicName } from './topics.ts';

/** Milliseconds after its last publish that a board's samples are taken for those that it published: they are not told to MQTT clients twice. */
const OWN_MS = 60_000;
/** Boards of which that is known. */
const MOST_HEARD = 10_000;
/** Boards whose newest values a filter with wildcards is answered with. */
const MOST_BOARDS = 10_000;

/** Boards as topics: those that come by MQTT are the hub's, and those that come otherwise are there for MQTT clients. */
export class Fleet {
  readonly #broker: Broker;
  readonly #links = new Map<string, Link>(); // the newest that greeted, by board
  readonly #heard = new Map<string, number>(); // when it published, the one that did longest ago first
  readonly #onStored = (samples: PackedSamples) => this.#stored(samples);
  readonly #onPresence = (message: PresenceMessage) => this.#presence(message);
  readonly #commands: SetCommands;
  #version = -1;
  #isWanted = false; // whether anybody subscribes to what may be a board's

  constructor(broker: Broker) {
    this.#broker = broker;
    this.#commands = new SetCommands(broker.hub, (topic, payload) =>
      this.#publish(topic, Buffer.from(payload)),
    );
    broker.hub.on('stored', this.#onStored);
    broker.hub.on('presence', this.#onPresence);
  }

  close(): void {
    this.#broker.hub.off('stored', this.#onStored);
    this.#broker.hub.off('presence', this.#onPresence);
    this.#commands.close();
  }

  greeted(link: Link): void {
    this.#links.set(link.board, link);
    this.heard(link.board);
  }

  gone(link: Link): void {
    if (this.#links.get(link.board) === link) this.#links.delete(link.board);
  }

  heard(board: string): void {
    this.#heard.delete(board);
    this.#heard.set(board, this.#broker.clock.monotonic());
    if (this.#heard.size > MOST_HEARD) this.#heard.delete(this.#heard.keys().next().value as string);
  }

  /** The hub gives a board a command that is here by MQTT. */
  commanded(board: string, command: string, args: Json): void {
    const only = isObject(args) && Object.keys(args).length === 1 ? args.value : undefined;
    this.#publish(topicOf(board, command, 'set'), textOf(only === undefined ? args : only));
  }

  replied(board: string, text: Buffer): void {
    this.#publish(topicOf(board, 'reply'), text);
  }

  /** A client published a command. One for a board that is here by MQTT is on its way to it already. */
  asked({ board = '', item }: TopicName, payload: Buffer): void {
    // A plain peer takes no commands.
    if (this.#links.has(board) || !this.#broker.hub.board(board)?.info()?.presence) return;
    void this.#commands.run(board, item, Buffer.from(payload));
  }

  /**
   * Tells a new subscriber the newest of boards that do not come by MQTT, and whether boards are there: as if it were retained. What
   * is retained is not told again.
   */
  async sendNewest(session: ClientSession, filter: string, qos: Qos): Promise<void> {
    const { hub } = this.#broker;
    if (!mayBeOfBoards(filter)) return;
    const one = boardOf(filter);
    const names = one !== undefined ? [one] : hub.boards().map(({ name }) => name);
    const send = (topic: string, payload: Buffer) => {
      const isOurs = matches(filter, topic) && this.#broker.retained.get(topic) === undefined;
      if (isOurs && session.isConnected) this.#broker.sendOne(session, { topic, payload, qos: 0 }, qos);
    };
    for (const name of names.slice(-MOST_BOARDS)) {
      const info = hub.board(name)?.info();
      if (info?.presence) send(topicOf(name, 'status'), statusOf(info.presence.state));
      if (info?.transport === 'mqtt') continue;
      if (one === undefined && !matchesSome(filter, name)) continue;
      const latest = await hub.store.latest(name).catch(() => []);
      for (const { metric, value } of latest) send(topicOf(name, metric), textOf(value));
      if (!session.isConnected) return;
    }
  }

  #stored(samples: PackedSamples): void {
    if (!this.#isAsked()) return;
    const now = this.#broker.clock.monotonic();
    samples.forEach((layout, _, first) => {
      const heard = this.#heard.get(layout.board);
      if (heard !== undefined && now - heard < OWN_MS) return;
      layout.metrics.forEach((metric, i) => {
        this.#publish(topicOf(layout.board, metric), textOf(samples.valueAt(first + i)));
      });
    });
  }

  #presence({ board, state }: PresenceMessage): void {
    const topic = topicOf(board, 'status');
    // A will may be retained there, which must not outlive what it says.
    this.#publish(topic, statusOf(state), this.#broker.retained.get(topic) !== undefined);
  }

  #isAsked(): boolean {
    const { tree } = this.#broker;
    if (this.#version !== tree.version) {
      this.#version = tree.version;
      this.#isWanted = tree.mayTake(ROOT);
    }
    return this.#isWanted;
  }

  #publish(topic: string, payload: Buffer, retain = false): void {
    const route = this.#broker.routeNamed(topic);
    if (route && !route.isTooLong) this.#broker.publish(route, payload, 0, retain);
  }
}

const statusOf = (state: PresenceMessage['state']): Buffer =>
  Buffer.from(state === 'online' ? 'online' : 'offline');

/** As topics have it: text as it is, everything else as JSON. */
const textOf = (value: Json | Value | JsonObject): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

const mayBeOfBoards = (filter: string): boolean => /^(\+|#|kiteline)(\/|$)/.test(filter);

/** Whether a filter may take topics of this board. */
function matchesSome(filter: string, board: string): boolean {
  const level = filter.split('/')[1];
  return level === undefined || level === '+' || level === '#' || level === levelOf(board);
}
