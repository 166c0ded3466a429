import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../lang/lang.ts';
import { Firing } from '../parts/alerts.tsx';
import { Link } from '../parts/link.tsx';
import { Presence } from '../parts/presence.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { areKnown, type BoardState, boards, courseOf, seed } from '../state/boards.ts';
import { boardPath } from '../state/route.ts';
import { valueText } from '../state/time.ts';

/** Values on a card; the rest stands on the board's own view. */
const SHOWN = 4;

/** How far beyond the window a card counts as near: a quick turn of the wheel. */
const NEAR = '1000px';

/** All boards, as cards. */
export function Boards() {
  const wanted = useSignal('');
  const text = wanted.value.trim().toLowerCase();
  const found = boards.value.filter(({ name }) => name.toLowerCase().includes(text));
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>{t('boards')}</h1>
        {boards.value.length > 6 && (
          <input
            type="search"
            aria-label={t('search')}
            placeholder={t('search')}
            value={wanted.value}
            onInput={({ currentTarget }) => {
              wanted.value = currentTarget.value;
            }}
          />
        )}
        <Link to="/add" class="button">
          {t('addBoard')}
        </Link>
      </div>
      {found.length > 0 ? (
        <ul class="cards">
          {found.map((board) => (
            <Card key={board.name} board={board} />
          ))}
        </ul>
      ) : (
        areKnown.value && <Nothing isSearch={text !== ''} />
      )}
    </>
  );
}

function Card({ board }: { board: BoardState }) {
  // Of hundreds of boards only those are kept up that are looked at, or will be in a moment.
  const isNear = useSignal(false);
  const card = isNear.value ? board.card.value : board.card.peek();
  const values = Object.entries(card.newest);
  const isGone = card.info?.presence?.state === 'lost';
  const hasCourse = courseOf(card) !== undefined;
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const near = new IntersectionObserver(
      (all) => {
        isNear.value = all.at(-1)?.isIntersecting === true;
      },
      { rootMargin: NEAR },
    );
    near.observe(place.current);
    return () => near.disconnect();
  }, [isNear]);
  useEffect(() => {
    if (isNear.value && hasCourse) seed(board);
  }, [board, hasCourse, isNear.value]);
  return (
    <li ref={place} class={isGone ? 'card is-gone' : 'card'}>
      <Link to={boardPath(board.name)}>
        <h2>{board.name}</h2>
        <Presence card={card} />
        <Firing board={board.name} />
        <dl>
          {values.slice(0, SHOWN).map(([metric, [value, , unit]]) => (
            <div key={metric}>
              <dt>{metric}</dt>
              <dd>{valueText(value, unit)}</dd>
            </div>
          ))}
        </dl>
        {hasCourse && <Sparkline trail={isNear.value ? board.trail.value : board.trail.peek()} />}
      </Link>
    </li>
  );
}

function Nothing({ isSearch }: { isSearch: boolean }) {
  if (isSearch) return <p>{t('noneFound')}</p>;
  return (
    <div class="nothing">
      <p>{t('noBoards')}</p>
      <p>
        {t('noBoardsHow')}
        <code>{`s.sendto(b'{"temp": 21.5}', ("${location.hostname}", 9000))`}</code>
      </p>
    </div>
  );
}
