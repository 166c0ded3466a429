import type { Hub } from '../../hub/hub.ts';
import type { Store } from '../../store/store.ts';
import type { Accepted } from '../accepted.ts';
import type { Exposition } from './exposition.ts';

/** How the hub is. */
export function tellHub(to: Exposition, hub: Hub, accepted: Accepted): void {
  const { messages, samples, texts, replies, connections, hellos, dropped, ...feed } = hub.counts;
  to.counter('kiteline_messages_total', 'Messages of boards and plain peers', messages);
  to.counter('kiteline_samples_total', 'Samples that were taken', samples);
  to.counter('kiteline_texts_total', 'Texts that were taken', texts);
  to.counter('kiteline_replies_total', 'Texts that were answered', replies);
  to.counter('kiteline_hellos_total', 'Hellos that came, whatever became of them', hellos);
  to.gauge('kiteline_connections', 'Connections of boards that are open', connections);
  for (const [reason, times] of Object.entries(dropped))
    to.counter('kiteline_dropped_total', 'What was lost of all boards, by reason', times, { reason });
  to.gauge('kiteline_live_subscribers', 'Readers of the live feed', feed.subscribers);
  to.counter('kiteline_live_lost_total', 'Events that slow readers were not given', feed.lostByFeed);
  to.counter('kiteline_boards_forgotten_total', 'Silent boards that made room', feed.evictedBoards);
  to.counter('kiteline_commands_forgotten_total', 'Accepted commands that made room', accepted.forgotten);
  const { rules, webhook } = hub.alerts.state;
  to.gauge('kiteline_alert_rules', 'Alert rules', rules.length);
  to.gauge('kiteline_alerts_firing', 'Alert rules that fire', rules.filter(({ firing }) => firing).length);
  for (const result of ['posted', 'failed', 'dropped'] as const)
    to.counter('kiteline_webhook_posts_total', 'Alerts for the webhook, by result', webhook[result], {
      result,
    });
}

/** What is told of an MQTT broker of the hub's own. */
export interface BrokerHealth {
  readonly connections: number;
  readonly sessions: number;
  /** What was refused or lost, by reason. */
  readonly counts: Readonly<Partial<Record<string, number>>>;
}

/** How the broker is. */
export function tellBroker(to: Exposition, { connections, sessions, counts }: BrokerHealth): void {
  to.gauge('kiteline_mqtt_connections', 'Connections of the MQTT broker that are open', connections);
  to.gauge('kiteline_mqtt_sessions', 'MQTT sessions, with or without a connection', sessions);
  for (const [reason, times] of Object.entries(counts))
    to.counter('kiteline_mqtt_refused_total', 'What the broker refused or lost, by reason', times, {
      reason,
    });
}

/** What is stored. @throws KitelineError CLOSED, STORE_FAILED */
export async function tellStore(to: Exposition, store: Store): Promise<void> {
  const { boards, series, points, texts, bytes, counts } = await store.info();
  to.gauge('kiteline_store_bytes', 'What the history takes, on disk or in memory', bytes);
  to.gauge('kiteline_store_boards', 'Boards in the history', boards);
  to.gauge('kiteline_store_series', 'Series in the history', series);
  to.gauge('kiteline_store_points', 'Points in the history', points);
  to.gauge('kiteline_store_texts', 'Texts in the history', texts);
  for (const [reason, times] of Object.entries(counts))
    to.counter('kiteline_store_left_out_total', 'What the history left out or gave up, by reason', times, {
      reason: reason.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    });
}
