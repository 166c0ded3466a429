import type { BoardInfo } from '../../hub/boards.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Exposition } from './exposition.ts';
import { KnownLabels } from './known.ts';

export const metricsLimits = {
  /** Boards that are told of one by one, in a run of the hub; more only where they have a key. */
  boards: 1_000,
  /** Series of newest values, in a run of the hub. */
  values: 5_000,
  /** Milliseconds after which a value is no value of now: a board that sleeps wakes more often. */
  freshMs: 3_600_000,
} as const;

/** How each board is, and its newest numbers. */
export class BoardMetrics {
  readonly #boards = new KnownLabels(metricsLimits.boards);
  readonly #values = new KnownLabels(metricsLimits.values);

  /** @param now milliseconds since 1970 UTC. @throws KitelineError CLOSED, STORE_FAILED */
  async tell(to: Exposition, hub: Hub, now: number): Promise<void> {
    const boards = hub.boards();
    let online = 0;
    let leftOut = 0;
    for (const info of boards) {
      if (info.presence?.state === 'online') online++;
      if (this.#boards.has(info.name, hub.keys.isClosed(info.name))) {
        tellBoard(to, info);
        leftOut += await this.#tellValues(to, hub, info.name, now);
      } else leftOut++;
    }
    to.gauge('kiteline_boards', 'Boards that the hub has heard of since it was started', boards.length);
    to.gauge('kiteline_boards_online', 'Boards with a session', online);
    to.gauge(
      'kiteline_metrics_left_out',
      'Boards and series that are not told here: too many names',
      leftOut,
    );
  }

  async #tellValues(to: Exposition, hub: Hub, board: string, now: number): Promise<number> {
    let leftOut = 0;
    for (const { metric, value, at } of await hub.store.latest(board)) {
      if (typeof value === 'string' || now - at > metricsLimits.freshMs) continue;
      if (this.#values.has(JSON.stringify([board, metric])))
        to.gauge('kiteline_board_value', 'The newest value of each metric, of the last hour', Number(value), {
          board,
          metric,
        });
      else leftOut++;
    }
    return leftOut;
  }
}

function tellBoard(to: Exposition, info: BoardInfo): void {
  const { name: board, presence, session, dropped } = info;
  const labels = { board };
  const lost = Object.values(dropped).reduce((sum, times) => sum + times, 0);
  to.gauge(
    'kiteline_board_online',
    'Whether a board that says hello has a session',
    presence && Number(presence.state === 'online'),
    labels,
  );
  to.gauge(
    'kiteline_board_last_seen_timestamp_seconds',
    'When it was heard of last, seconds since 1970',
    info.lastSeen / 1_000,
    labels,
  );
  to.counter('kiteline_board_messages_total', 'Messages of the board', info.messages, labels);
  to.counter('kiteline_board_samples_total', 'Samples of the board', info.samples, labels);
  to.counter('kiteline_board_dropped_total', 'What was lost of the board', lost, labels);
  to.counter('kiteline_board_reconnects_total', 'How often it came back', info.reconnects, labels);
  to.counter('kiteline_board_restarts_total', 'How often it came back started anew', info.restarts, labels);
  to.gauge(
    'kiteline_board_round_trip_seconds',
    'There and back, of the newest ping',
    session?.roundTrip === undefined ? undefined : session.roundTrip / 1_000,
    labels,
  );
  to.gauge('kiteline_board_rssi_dbm', 'How strongly it hears its access point', session?.rssi, labels);
}
