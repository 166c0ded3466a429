import { isObject, type Notification } from '../../wire/index.ts';
import type { BoardSession } from '../board-session.ts';
import type { Session } from '../session.ts';

/** UTF-16 units of what a board says when it goes. */
const LONGEST = 200;

/**
 * A board goes, in good order: what it has sent is stored and acknowledged, then its connection is ended, and it is lost; also
 * where its own end of the connection stays open.
 */
export function handleBye({ params }: Notification, link: BoardSession, session: Session): void {
  const why = isObject(params) ? params.why : undefined;
  link.said = typeof why === 'string' ? why.slice(0, LONGEST) : '';
  link.acknowledgeAgain(); // what came again in the same read
  session.stop();
  const end = () => link.end('CLOSED');
  const stored = session.stored();
  if (stored) void stored.then(end);
  else end();
}
