import { readFileSync } from 'node:fs';
import { type Alarm, type Clock, systemClock } from '../../clock.ts';
import type { Hub } from '../../hub/hub.ts';
import type { MqttDoor } from '../join/door.ts';
import type { MetricPlace } from '../join/messages.ts';
import { topicOfHub } from '../join/names.ts';
import { PlaceWatch } from '../join/places.ts';
import { textOf } from '../join/values.ts';
import { type Announcement, type DiscoveryOptions, discoveryOf } from './discovery.ts';

/** Milliseconds that what is new of boards is gathered: a board's first samples bring its metrics one by one. */
const GATHER_MS = 500;
/** Entities of all boards: what Home Assistant still bears on a small computer is less. */
const MOST = 10_000;
/** Of one board. */
const MOST_METRICS = 256;

/** Where Home Assistant looks unless it was told otherwise. */
const PREFIX = 'homeassistant';

/** Tells Home Assistant of a hub's boards, through a broker. @param prefix where it looks */
export function announceTo(
  hub: Hub,
  door: MqttDoor & Pick<AnnouncerOptions, 'placeOf'>,
  { home, prefix = PREFIX }: { home: string; prefix?: string | undefined },
): { close(): void } {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  const options = { home, prefix, version };
  if (door.placeOf) return new Announcer(hub, door, { ...options, placeOf: door.placeOf });
  const watch = new PlaceWatch(door);
  const placeOf = (board: string, metric: string) => watch.placeOf(board, metric);
  const announcer = new Announcer(hub, door, { ...options, placeOf });
  return {
    close() {
      announcer.close();
      watch.close();
    },
  };
}

const PACKAGE = new URL('../../../package.json', import.meta.url);

export interface AnnouncerOptions extends DiscoveryOptions {
  clock?: Clock;
  /** Where a metric is published, where that is not its own topic. */
  placeOf?: ((board: string, metric: string) => MetricPlace | undefined) | undefined;
}

/**
 * Tells Home Assistant of every board, through whichever broker: when the broker is there, when Home Assistant says on
 * `homeassistant/status` that it was started, and when a board has something new. What is the same as before is not published again.
 */
export class Announcer {
  readonly #hub: Hub;
  readonly #door: MqttDoor;
  readonly #options: AnnouncerOptions;
  readonly #clock: Clock;
  readonly #told = new Map<string, string>(); // topic → payload
  readonly #byBoard = new Map<string, Set<string>>(); // its topics
  readonly #seen = new Map<string, Set<string>>(); // board → its metrics
  readonly #dirty = new Set<string>();
  readonly #ends: (() => void)[];
  #alarm: Alarm | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;
  /** Entities that there was no room for. */
  dropped = 0;

  constructor(hub: Hub, door: MqttDoor, options: AnnouncerOptions) {
    this.#hub = hub;
    this.#door = door;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const heard = ({ board, values }: { board: string; values: ReadonlyMap<string, unknown> }) =>
      this.#heard(board, values.keys());
    const changed = ({ board }: { board: string }) => this.#changed(board);
    hub.on('sample', heard).on('presence', changed);
    this.#ends = [
      () => hub.off('sample', heard).off('presence', changed),
      door.onConnected(() => {
        door.publish(topicOfHub(options.home), 'online', { retain: true });
        void this.#everything();
      }),
      door.subscribe(`${options.prefix}/status`, (_topic, payload) => {
        if (textOf(payload) === 'online') void this.#everything();
      }),
    ];
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm?.cancel();
    for (const end of this.#ends) end();
  }

  /** All boards that are known or stored, again. */
  async #everything(): Promise<void> {
    this.#told.clear();
    for (const { name } of this.#hub.boards()) this.#changed(name);
    for (const { board } of await this.#hub.store.boards().catch(() => [])) this.#changed(board);
  }

  #heard(board: string, metrics: Iterable<string>): void {
    let seen = this.#seen.get(board);
    if (!seen) {
      seen = new Set();
      this.#seen.set(board, seen);
    }
    for (const metric of metrics) {
      if (seen.has(metric) || seen.size >= MOST_METRICS) continue;
      seen.add(metric);
      this.#changed(board);
    }
  }

  #changed(board: string): void {
    if (this.#isClosed) return;
    this.#dirty.add(board);
    this.#alarm ??= this.#clock.alarm(GATHER_MS, () => {
      this.#alarm = undefined;
      this.#running = (this.#running ?? Promise.resolve()).then(() => this.#tell());
    });
  }

  async #tell(): Promise<void> {
    const boards = [...this.#dirty];
    this.#dirty.clear();
    for (const board of boards) {
      const all = await this.#announcements(board);
      if (this.#isClosed) return;
      this.#publish(board, all);
    }
  }

  async #announcements(board: string): Promise<Announcement[]> {
    const latest = await this.#hub.store.latest(board).catch(() => []);
    const metrics = latest.slice(0, MOST_METRICS).map(({ metric, value, unit }) => {
      const place = this.#options.placeOf?.(board, metric);
      return { name: metric, value, ...(unit !== undefined && { unit }), ...(place && { place }) };
    });
    const info = this.#hub.board(board)?.info() ?? { name: board };
    return discoveryOf({ info, metrics }, this.#options);
  }

  #publish(board: string, all: readonly Announcement[]): void {
    const before = this.#byBoard.get(board) ?? new Set();
    const now = new Set<string>();
    for (const { topic, payload } of all) {
      if (!this.#told.has(topic) && this.#told.size >= MOST) {
        this.dropped++;
        continue;
      }
      now.add(topic);
      if (this.#told.get(topic) === payload) continue;
      this.#told.set(topic, payload);
      this.#door.publish(topic, payload, { retain: true });
    }
    // What a program no longer has: an empty payload takes the entity away.
    for (const topic of before) {
      if (now.has(topic)) continue;
      this.#told.delete(topic);
      this.#door.publish(topic, '', { retain: true });
    }
    this.#byBoard.set(board, now);
  }
}
