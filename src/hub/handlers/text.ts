import { encodeText, limits, type Text } from '../../wire/index.ts';
import type { TextAnswer, TextMessage } from '../events.ts';
import type { Inside } from '../inside.ts';
import type { Session, Work } from '../session.ts';

/** A text goes to the store, the app and the feed; the app's reply, or else the configured one, goes back as raw bytes. */
export function handleText(text: Text, work: Work, session: Session, inside: Inside): void | Promise<void> {
  const { at, board } = work;
  const { peer, encoding } = session;
  inside.counts.texts++;
  board.texts++;
  if (work.behind) session.lose(work, 'STORE_BEHIND');
  else inside.intake.addText(work.sender, { board: board.name, at, text: text.text });
  const message: TextMessage = {
    board: board.name,
    text: text.text,
    at,
    from: peer.address,
    transport: peer.transport,
    ...(text.bytes && { bytes: new Uint8Array(text.bytes) }), // a copy: the app may keep it
  };

  const finish = (answer: TextAnswer) => {
    const reply = replyTo(answer, session, inside);
    const bytes = typeof reply === 'string' ? (encoding?.encode(reply) ?? encodeText(reply)) : reply;
    const sent = bytes !== undefined && bytes.length > 0 && session.send(bytes);
    if (sent) inside.counts.replies++;
    inside.feed.publish({
      type: 'text',
      board: board.name,
      at,
      from: peer.address,
      text: text.text,
      ...(sent && { reply: shownOf(reply ?? '') }),
    });
  };

  const answer = inside.handlers.text(message);
  if (answer instanceof Promise) return answer.then(finish);
  finish(answer);
}

/** The feed has no place for an app's megabytes. */
const shownOf = (reply: string | Uint8Array): string =>
  typeof reply === 'string'
    ? reply.slice(0, limits.lineBytes)
    : new TextDecoder().decode(reply.subarray(0, limits.lineBytes));

function replyTo(answer: TextAnswer, session: Session, inside: Inside): string | Uint8Array | undefined {
  if (answer.state === 'reply') return answer.reply;
  // After a failure there is none: a board must not be told `ok` about what went wrong.
  return answer.state === 'none' && session.answers ? inside.reply : undefined;
}
