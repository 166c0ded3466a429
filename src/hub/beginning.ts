import { decode } from '../wire/index.ts';
import { handleCommand } from './handlers/command.ts';
import { handleProve } from './handlers/prove.ts';
import type { Inside } from './inside.ts';
import { mentions } from './mentions.ts';
import type { Session } from './session.ts';

const METHODS = ['hello', '$command', '$prove'];

/** What a connection can begin with, without becoming the board of its address: hello, the proof before it, commands for boards. */
export class Beginning {
  #isAsker = false; // it has begun with a command for a board, and gone on so

  /**
   * Takes a message of a connection that is no board yet.
   * @returns false for one that is none of these, and is not taken; a promise while the next one must wait
   */
  take(unit: Uint8Array, session: Session, inside: Inside): false | undefined | Promise<void> {
    if (session.board !== undefined || !session.peer.stream) return false;
    if (!this.#isAsker && !METHODS.some((method) => mentions(unit, method))) return false;
    const message = decode(unit);
    if (message.kind !== 'request') return false;
    switch (message.method) {
      case 'hello':
        inside.counts.messages++;
        return session.greet(message);
      case '$prove':
        inside.counts.messages++;
        handleProve(message, session, inside);
        return undefined;
      case '$command':
        inside.counts.messages++;
        this.#isAsker = true;
        return handleCommand(message, session, inside) || undefined;
      default:
        return false;
    }
  }
}
