import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { BoardEvent } from '../../src/http/pages/messages.ts';
import { t } from '../lang/lang.ts';
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
    case 'text': {
      const { at, text, reply } = event;
      return [{ at, level: 'text', text: reply === undefined ? text : `${text} → ${reply}` }];
    }
    case 'command':
      return [{ at: event.at, level: 'event', text: `${event.name}: ${event.message ?? event.state}` }];
    case 'control':
      return event.state === 'way'
        ? []
        : [{ at: event.at, level: 'event', text: `${event.control}: ${event.message ?? event.state}` }];
    default:
      return [];
  }
}

async function before(name: string): Promise<Entry[]> {
  const answer = await fetch(`/api/v1/boards/${encodeURIComponent(name)}`).catch(() => undefined);
  if (!answer?.ok) return [];
  const { texts } = (await answer.json()) as {
    texts: { at: number; text: string }[];
  };
  return texts.map(({ at, text }) => ({ at, text, level: /^Traceback /m.test(text) ? 'error' : 'text' }));
}
