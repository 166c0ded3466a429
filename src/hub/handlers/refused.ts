import type { Peer } from '../../transport/transport.ts';
import { encodeError, limits, type MessageReason, type Refused, RPC } from '../../wire/index.ts';
import type { Session, Work } from '../session.ts';

/** For the program at the other end and whoever reads its log: English, as every protocol's. */
const SENTENCES: Record<MessageReason, string> = {
  LINE_TOO_LONG: `a message has at most ${limits.lineBytes} bytes`,
  LINE_CUT: 'the connection ended inside a message',
  BATCH_REFUSED: 'JSON-RPC batches are not taken: send one message a line',
  BAD_JSONRPC: 'not a JSON-RPC 2.0 request, notification or response',
  BAD_SENML: 'not a SenML pack (RFC 8428): a field has a wrong type, or the version is not known',
};

/** A message that the wire understood well enough to refuse is answered with its JSON-RPC error. */
export function handleRefused(message: Refused, work: Work, session: Session): void {
  session.lose(work, message.reason);
  const { id, code, reason } = message;
  session.send(encodeError(id, code, SENTENCES[reason], { reason }));
}

/** The same for one that was too long to be looked at. */
export function answerTooLong(peer: Peer): void {
  peer.send(encodeError(null, RPC.INVALID_REQUEST, SENTENCES.LINE_TOO_LONG, { reason: 'LINE_TOO_LONG' }));
}
