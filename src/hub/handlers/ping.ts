import { encodeResult, type Request } from '../../wire/index.ts';
import type { BoardSession } from '../board-session.ts';
import type { Inside } from '../inside.ts';

/** A board asks whether we are there, and what time it is. */
export function handlePing(request: Request, link: BoardSession, inside: Inside): void {
  link.send(encodeResult(request.id, { time: inside.clock.now(), clock: link.clock }));
}
