import type { BoardCard } from '../../src/http/pages/messages.ts';
import { reason, t } from '../lang/lang.ts';
import { ago, hubNow } from '../state/time.ts';
import { Signal } from './signal.tsx';

/** Whether a board is there, and how well it is heard; of a lost one since when, and why. */
export function Presence({ card }: { card: BoardCard | undefined }) {
  if (!card?.info) return <span class="presence">–</span>;
  const { presence, lastSeen, session } = card.info;
  const rssi = session?.rssi ?? saidOf(card);
  if (!presence) {
    // What it measures comes more often than what else is known of it.
    const heard = Math.max(lastSeen, ...Object.values(card.newest).map(([, t]) => Math.min(t, hubNow())));
    return (
      <span class="presence">
        {t('plain')} · {t('heard', { ago: ago(heard) })}
        {rssi !== undefined && <Signal rssi={rssi} />}
      </span>
    );
  }
  if (presence.state === 'online') {
    const roundTrip = session?.roundTrip;
    return (
      <span class="presence is-online">
        {t('online')}
        {roundTrip === undefined ? '' : ` · ${t('roundTrip', { ms: Math.round(roundTrip) })}`}
        {rssi !== undefined && <Signal rssi={rssi} />}
      </span>
    );
  }
  return (
    <span class="presence is-lost">
      {t('lostSince', { ago: ago(presence.since), why: presence.said ?? reason(presence.why) })}
    </span>
  );
}

/** As a board says it that measures it itself: in dBm it is always below 0. */
function saidOf({ newest }: BoardCard): number | undefined {
  const value = newest.rssi?.[0];
  return typeof value === 'number' && value < 0 ? value : undefined;
}
