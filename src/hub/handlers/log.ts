import { isObject, type Notification } from '../../wire/index.ts';
import type { LogLevel } from '../events.ts';
import type { Inside } from '../inside.ts';
import type { Session, Work } from '../session.ts';

/** UTF-16 units of an entry: a traceback. */
const LONGEST = 4_096;
const LEVELS: readonly string[] = ['print', 'log', 'error'] satisfies LogLevel[];
/** Milliseconds since 1970 that a Date holds. */
const MAX_TIME = 8.64e15;

/** What a board's program printed, logged or died of: kept with its texts, told to the feed and the app. */
export function handleLog({ params }: Notification, work: Work, session: Session, inside: Inside): void {
  const { level, text, t } = isObject(params) ? params : {};
  if (typeof level !== 'string' || !LEVELS.includes(level) || typeof text !== 'string') {
    session.lose(work, 'BAD_NOTIFICATION');
    return;
  }
  const { board, at: arrival } = work;
  const isTime = typeof t === 'number' && Number.isInteger(t) && t >= 0 && t <= MAX_TIME;
  const at = isTime ? t : arrival;
  if (text.length > LONGEST) session.drop(board, 'LOG_CUT');
  const message = { board: board.name, level: level as LogLevel, text: text.slice(0, LONGEST), at };
  inside.counts.texts++;
  board.texts++;
  inside.intake.addText(work.sender, { board: board.name, at, text: message.text });
  inside.feed.publish({ type: 'log', ...message });
  inside.handlers.log(message);
}
