import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { refusal, t } from '../lang/lang.ts';
import type { NewBoard } from '../state/adding.ts';
import { boardNamed } from '../state/boards.ts';
import { boardPath } from '../state/route.ts';
import { onMessage, subscribe } from '../state/socket.ts';
import { Link } from './link.tsx';

/** Whether a board that is being added has said hello; where it was kept out, why. */
export function Arrival({ board: { name, id } }: { board: NewBoard }) {
  const keptOut = useSignal('');
  useEffect(() => subscribe(`board:${name}`), [name]);
  useEffect(
    () =>
      onMessage((message) => {
        if (!('events' in message) || message.ch !== `board:${name}`) return;
        for (const event of message.events)
          if (!Array.isArray(event) && event.type === 'refused') keptOut.value = refusal(event);
      }),
    [name],
  );
  const session = boardNamed(name)?.card.value.info?.session;
  const isThere = session !== undefined && (id === undefined || session.key === id);
  if (!isThere) {
    return (
      <div class="arrival" role="status">
        <p>{t('waitingFor', { name })}</p>
        {keptOut.value !== '' && <p class="outcome is-failed">{keptOut.value}</p>}
      </div>
    );
  }
  return (
    <div class="arrival is-there" role="status">
      <p>{t('isThere', { name, from: session.address })}</p>
      <Link to={boardPath(name)} class="button">
        {t('showIt')}
      </Link>
    </div>
  );
}
