import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { BoardEvent } from '../../src/http/pages/messages.ts';
import { leaseEnd, outcome, reason, refusal, t } from '../lang/lang.ts';
import { ruleText } from '../state/alerts.ts';
import { askHub } from '../state/answers.ts';
import { onMessage } from '../state/socket.ts';
import { timeOf } from '../state/time.ts';

/** Entries that are kept on the page. */
const MOST = 300;

interface Entry {
  at: number;
  level: 'print' | 'log' | 'error' | 'text' | 'event';
  text: string;
}

/** What a board prints, logs, says and dies of, as it comes; what it said before the page was opened from the store. */
export function Log({ name }: { name: string }) {
  const entries = useSignal<readonly Entry[]>([]);
  useEffect(() => {
    const add = (more: Entry[]) => {
      if (more.length > 0)
        entries.value = [...entries.value, ...more].sort((a, b) => a.at - b.at).slice(-MOST);
    };
    const isThere = (one: Entry) =>
      entries.value.some(({ at, text }) => at === one.at && text.startsWith(one.text));
    entries.value = [];
    const stop = onMessage((message) => {
      if (!('ch' in message) || message.ch !== `board:${name}`) return;
      // From here on everything comes; what was said before it, in an outage too, the store has.
      if ('card' in message) void before(name).then((old) => add(old.filter((one) => !isThere(one))));
      if (!('events' in message)) return;
      add(message.events.flatMap((event) => (Array.isArray(event) ? [] : entryOf(event))));
    });
    return stop;
  }, [name]);
  return (
    <section aria-labelledby="log">
      <h2 id="log">{t('log')}</h2>
      {entries.value.length === 0 ? (
        <p>{t('noLog')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard to be scrolled (WCAG 2.1.1)
        <div class="log" role="log" tabIndex={0} aria-labelledby="log">
          <ol>
            {entries.value.toReversed().map((entry, i) => (
              <li key={entries.value.length - i} class={`is-${entry.level}`}>
                <time>{timeOf(entry.at)}</time> <span>{entry.text}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

function entryOf(event: Exclude<BoardEvent, unknown[]>): Entry[] {
  switch (event.type) {
    case 'log':
      return [{ at: event.at, level: event.level, text: event.text }];
    case 'lost':
      return [];
    case 'text': {
      const { at, text, reply } = event;
      return [{ at, level: 'text', text: reply === undefined ? text : `${text} → ${reply}` }];
    }
    default: {
      const text = happened(event);
      return text === undefined ? [] : [{ at: event.at, level: 'event', text }];
    }
  }
}

/** What else happens to a board that a person would know, as a sentence. */
function happened(event: Exclude<BoardEvent, unknown[] | { type: 'lost' }>): string | undefined {
  switch (event.type) {
    case 'presence':
      return event.state === 'online' ? t('online') : `${t('lost')}: ${event.said ?? reason(event.why)}`;
    case 'dropped':
      return t('hadToDrop', { samples: event.samples, logs: event.logs });
    case 'refused':
      return refusal(event);
    case 'alert':
      return `${ruleText(event)}: ${t(event.state)}`;
    case 'command': {
      const { name, state, why, message, board } = event;
      const because = why ? outcome(why, board, message) : message;
      return `${name}: ${t(state)}${because ? `: ${because}` : ''}`;
    }
    case 'control': {
      const { control, state, holder = '', why, message, board } = event;
      if (state === 'ended') return `${control}: ${leaseEnd({ why, message }, board)}`;
      return state === 'way'
        ? undefined
        : `${control}: ${t(state === 'held' ? 'heldBy' : 'takenBy', { who: holder })}`;
    }
    default:
      return undefined;
  }
}

async function before(name: string): Promise<Entry[]> {
  const answer = await askHub(`/api/v1/boards/${encodeURIComponent(name)}`).catch(() => undefined);
  if (!answer?.ok) return [];
  const { texts } = (await answer.json()) as {
    texts: { at: number; text: string }[];
  };
  return texts.map(({ at, text }) => ({ at, text, level: /^Traceback /m.test(text) ? 'error' : 'text' }));
}
