import {
  encodeError,
  isObject,
  type Json,
  type JsonObject,
  type Notification,
  type Request,
  type Response,
  RPC,
  type RpcId,
} from '../../wire/index.ts';
import type { Inside } from '../inside.ts';
import { programInfoOf } from '../programs/info.ts';
import type { Session, Work } from '../session.ts';
import { handleBye } from './bye.ts';
import { handleCommand } from './command.ts';
import { handleDropped } from './dropped.ts';
import { handleLog } from './log.ts';
import { handlePing } from './ping.ts';
import { handleProve } from './prove.ts';
import { handleSteering, isSteering } from './steering.ts';

/** UTF-16 units of an error's sentence: with the names beside it, it must fit a line. */
const MESSAGE_LENGTH = 1_024;

/** A request that nobody answers gets JSON-RPC's own error, which says what there is. */
export function handleRequest(
  request: Request,
  work: Work,
  session: Session,
  inside: Inside,
): void | Promise<void> {
  const { link } = session;
  const { id, method } = request;
  if (method === 'hello') return session.greet(request);
  if (method === '$prove') return handleProve(request, session, inside);
  if (method === '$command') return handleCommand(request, session, inside);
  if (link && method === '$ping') return handlePing(request, link, inside);
  if (link && !link.mayBeCommanded && inside.methods.has(method)) {
    inside.refusals.refuse('NOT_ALLOWED', link.board, session.peer);
    session.send(encodeError(id, RPC.NOT_ALLOWED, 'this hub lets no board without a key call from there'));
    return;
  }
  if (link && inside.methods.called(request, link)) return;
  session.lose(work, 'UNKNOWN_METHOD');
  if (inside.methods.has(method)) {
    session.send(encodeError(id, RPC.INVALID_REQUEST, `${method} is for boards: say hello first`));
    return;
  }
  const methods = inside.methods.listed;
  const message = `this hub has no method ${method}: it has ${methods.join(', ') || 'none'}`;
  session.send(encodeError(id, RPC.METHOD_NOT_FOUND, message.slice(0, MESSAGE_LENGTH), { methods }));
}

/** A notification is never answered (JSON-RPC 2.0 section 4.1), also when nobody knows its method. */
export function handleNotification(
  notification: Notification,
  work: Work,
  session: Session,
  inside: Inside,
): void {
  const { link } = session;
  const { method, params } = notification;
  if (link && method === '$log') handleLog(notification, work, session, inside);
  else if (link && method === '$dropped') handleDropped(notification, work, link, session);
  else if (link && method === '$cancel') inside.methods.cancelled(idIn(params), link);
  else if (link && method === '$program') work.board.presence?.runs(link, programInfoOf(params));
  else if (link && method === '$bye') handleBye(notification, link, session);
  else if (link && isSteering(notification)) {
    if (!handleSteering(notification, 'session', link, inside.boards)) session.lose(work, 'BAD_NOTIFICATION');
  } else session.lose(work, 'UNKNOWN_METHOD');
}

/** A response to nothing that was asked is not answered: two hubs would never stop telling each other. */
export function handleResponse(response: Response, work: Work, session: Session, inside: Inside): void {
  const { link } = session;
  if (link?.pinged(response) || link?.inquiries.answered(response)) return;
  if (link && inside.commands.replied(link.board, link.boot, response)) return;
  session.lose(work, 'UNEXPECTED_RESPONSE');
}

function idIn(params: Json[] | JsonObject | undefined): RpcId {
  const id = isObject(params) ? params.id : undefined;
  return typeof id === 'number' || typeof id === 'string' ? id : null;
}
