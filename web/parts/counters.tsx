import type { BoardInfo } from '../../src/hub/boards.ts';
import { t } from '../lang/lang.ts';
import { ago, timeOf } from '../state/time.ts';

/** What the hub has counted of a board. */
export function Counters({ info }: { info: BoardInfo | null }) {
  if (!info) return null;
  const { samples, texts, dropped, session, reconnects, restarts, duplicates } = info;
  const lost = Object.entries(dropped).map(([why, times]) => `${why} ${times}`);
  const rows: [string, string | number | undefined][] = [
    [t('samples'), samples],
    [t('texts'), texts],
    [t('reconnects'), reconnects],
    [t('restarts'), restarts],
    [t('duplicates'), duplicates],
    [t('address'), `${info.transport} ${info.address}`],
    [t('library'), session?.library],
    [t('since'), session && ago(session.since)],
    [t('firstSeen'), timeOf(info.firstSeen)],
  ];
  return (
    <section aria-labelledby="counters">
      <h2 id="counters">{t('counters')}</h2>
      <dl class="values">
        {rows.map(([what, value]) =>
          value === undefined ? null : (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      {lost.length > 0 && <p>{t('dropped', { what: lost.join(', ') })}</p>}
    </section>
  );
}
