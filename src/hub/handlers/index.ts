import type { Message } from '../../wire/index.ts';
import type { Inside } from '../inside.ts';
import type { Session, Work } from '../session.ts';
import { handleNotification, handleRequest, handleResponse } from './control.ts';
import { handleRefused } from './refused.ts';
import { handleSamples } from './samples.ts';
import { handleText } from './text.ts';

/** One message to its handler. A promise only where an answer takes time. */
export function handle(message: Message, work: Work, session: Session, inside: Inside): void | Promise<void> {
  switch (message.kind) {
    case 'text':
      return handleText(message, work, session, inside);
    case 'samples':
      return handleSamples(message, work, session, inside);
    case 'request':
      return handleRequest(message, work, session, inside);
    case 'notification':
      return handleNotification(message, work, session, inside);
    case 'response':
      return handleResponse(message, work, session, inside);
    case 'refused':
      return handleRefused(message, work, session);
  }
}
