import type { BoardInfo } from '../../src/hub/boards.ts';
import { reason, t } from '../lang/lang.ts';
import { ago } from '../state/time.ts';

/** Whether a board is there; of a lost one since when, and why. */
export function Presence({ info }: { info: BoardInfo | null }) {
  if (!info) return <span class="presence">–</span>;
  const { presence, lastSeen } = info;
  if (!presence) {
    return (
      <span class="presence">
        {t('plain')} · {t('heard', { ago: ago(lastSeen) })}
      </span>
    );
  }
  if (presence.state === 'online') {
    const { roundTrip } = info.session ?? {};
    return (
      <span class="presence is-online">
        {t('online')}
        {roundTrip === undefined ? '' : ` · ${t('roundTrip', { ms: Math.round(roundTrip) })}`}
      </span>
    );
  }
  return (
    <span class="presence is-lost">
      {t('lostSince', { ago: ago(presence.since), why: presence.said ?? reason(presence.why) })}
    </span>
  );
}
