import { encodeError, type Request, RPC } from '../../wire/index.ts';
import type { Session, Work } from '../session.ts';

/** What the hub offers to boards as methods, named in the answer to any other. */
const METHODS: string[] = [];

/** A request for a method that the hub does not have: JSON-RPC's own error, which says what there is. */
export function handleRequest(request: Request, work: Work, session: Session): void {
  session.lose(work, 'UNKNOWN_METHOD');
  const message = 'Method not found: this hub offers no methods; it takes samples, SenML packs and text';
  session.peer.send(encodeError(request.id, RPC.METHOD_NOT_FOUND, message, { methods: METHODS }));
}

/** A notification is never answered (JSON-RPC 2.0 section 4.1), also when nobody knows its method. */
export function handleNotification(work: Work, session: Session): void {
  session.lose(work, 'UNKNOWN_METHOD');
}

/** A response to a request that nobody made. Not answered: two hubs would never stop telling each other. */
export function handleResponse(work: Work, session: Session): void {
  session.lose(work, 'UNEXPECTED_RESPONSE');
}
