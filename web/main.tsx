import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from './lang/lang.ts';
import { Link } from './parts/link.tsx';
import './style/page.css';
import './style/shown.css';
import './style/controls.css';
import './style/adding.css';
import './style/map.css';
import './style/alerts.css';
import './state/appearance.ts';
import { firing, followAlerts } from './state/alerts.ts';
import { followBoards } from './state/boards.ts';
import { boardIn, isMap, path } from './state/route.ts';
import { connect, connection } from './state/socket.ts';
import { Add } from './views/add.tsx';
import { Alerts } from './views/alerts.tsx';
import { BoardView } from './views/board.tsx';
import { Boards } from './views/boards.tsx';
import { Console } from './views/console.tsx';
import { MapPage } from './views/map.tsx';
import { Settings } from './views/settings.tsx';

const VIEWS = [
  ['/', 'boards'],
  ['/alerts', 'alerts'],
  ['/console', 'console'],
  ['/settings', 'settings'],
] as const;
/** What is reached from there. */
const TITLES = [...VIEWS, ['/add', 'addBoard']] as const;

function Page() {
  const board = boardIn(path.value);
  const view = board ?? t(TITLES.find(([to]) => to === path.value)?.[1] ?? 'boards');
  const count = firing.value.length;
  const firingText = count > 0 ? t('alertsFiring', { count }) : '';
  useEffect(() => {
    document.title = `${view} · Kiteline`;
  }, [view]);
  return (
    <>
      <a class="skip" href="#content">
        {t('skipToContent')}
      </a>
      <header>
        <Link to="/" class="brand">
          <img src="/icon.svg" alt="" width="28" height="28" /> <span>Kiteline</span>
        </Link>
        <nav>
          {VIEWS.map(([to, name]) => (
            <Link
              key={to}
              to={to}
              isHere={path.value === to}
              class={to === '/alerts' && firingText !== '' ? 'is-firing' : ''}
            >
              {(to === '/alerts' && firingText) || t(name)}
            </Link>
          ))}
        </nav>
        <p class="unseen" role="status">
          {firingText}
        </p>
      </header>
      {connection.value === 'lost' && (
        <p class="banner" role="alert">
          {t('reconnecting')}
        </p>
      )}
      <main id="content" class={connection.value === 'lost' ? 'is-old' : ''}>
        <View />
      </main>
    </>
  );
}

function View() {
  const board = boardIn(path.value);
  if (board !== undefined && isMap(path.value)) return <MapPage key={board} name={board} />;
  if (board !== undefined) return <BoardView key={board} name={board} />;
  if (path.value === '/add') return <Add />;
  if (path.value === '/alerts') return <Alerts />;
  if (path.value === '/console') return <Console />;
  if (path.value === '/settings') return <Settings />;
  return <Boards />;
}

followBoards();
followAlerts();
connect();
render(<Page />, document.getElementById('page') as HTMLElement);
