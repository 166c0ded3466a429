import { useEffect } from 'preact/hooks';
import { t } from '../lang/lang.ts';
import { Firing } from '../parts/alerts.tsx';
import { Counters } from '../parts/counters.tsx';
import { Link } from '../parts/link.tsx';
import { Log } from '../parts/log.tsx';
import { Presence } from '../parts/presence.tsx';
import { boardNamed } from '../state/boards.ts';
import { mapPath } from '../state/route.ts';
import { subscribe } from '../state/socket.ts';
import { Charts } from './charts.tsx';
import { Control } from './control.tsx';

/** One board: its charts, what it can be told, what it says. */
export function BoardView({ name }: { name: string }) {
  useEffect(() => subscribe(`board:${name}`), [name]);
  const card = boardNamed(name)?.card.value;
  const info = card?.info ?? null;
  return (
    <>
      <div class="title">
        <Link to="/" class="back">
          ‹ {t('back')}
        </Link>
        <h1 tabIndex={-1}>{name}</h1>
        <Presence card={card} />
        <Firing board={name} />
        {card?.hasMap && (
          <Link to={mapPath(name)} class="button">
            {t('map')}
          </Link>
        )}
      </div>
      <div class="abreast">
        <Control name={name} info={info} />
        <Charts name={name} />
      </div>
      <Log name={name} />
      <Counters info={info} />
    </>
  );
}
