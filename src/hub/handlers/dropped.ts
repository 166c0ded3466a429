import type { Notification } from '../../wire/index.ts';
import type { BoardSession } from '../board-session.ts';
import { droppedOf } from '../hello.ts';
import type { Session, Work } from '../session.ts';

/** A board tells how much it had to drop since it started. */
export function handleDropped(
  { params }: Notification,
  work: Work,
  link: BoardSession,
  session: Session,
): void {
  const totals = params && droppedOf(params);
  if (totals) work.board.presence?.report(link, totals);
  else session.lose(work, 'BAD_NOTIFICATION');
}
