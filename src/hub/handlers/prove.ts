import { randomBytes } from 'node:crypto';
import { encodeError, encodeResult, isObject, type Request, RPC } from '../../wire/index.ts';
import { boardNameFault } from '../hello.ts';
import type { Inside } from '../inside.ts';
import { hubProof, Seal, sessionKey } from '../seal.ts';
import type { Session } from '../session.ts';

const NONCE_BYTES = 16;
const ID = /^[0-9a-f]{8}$/;
const NONCE = /^[0-9a-f]{32}$/;

const PARAMETERS =
  '$prove takes by name: board, key (the first 8 hex digits of its SHA-256), nonce (32 hex digits), in lower case';

/**
 * A board that has a key asks whether the hub has it, too. From the answer on every line of the connection is signed: that the
 * board has the key, its signed hello shows.
 */
export function handleProve(request: Request, session: Session, inside: Inside): void {
  const { id, params } = request;
  const claim = claimOf(params, session);
  if ('fault' in claim) {
    session.drop(session.board, 'BAD_HELLO');
    session.send(encodeError(id, claim.code, claim.fault));
    return;
  }
  const { board, nonce } = claim;
  const key = inside.keys.find(board, claim.key);
  if (!key) {
    inside.refusals.refuse('UNKNOWN_KEY', board, session.peer);
    const sentence = 'this hub has no such key for this board';
    session.send(encodeError(id, RPC.NOT_PROVEN, sentence, { reason: 'UNKNOWN_KEY' }));
    session.stop();
    return;
  }
  const nonceOfHub = randomBytes(NONCE_BYTES).toString('hex');
  const handshake = { board, nonceOfBoard: nonce, nonceOfHub };
  session.send(encodeResult(id, { nonce: nonceOfHub, proof: hubProof(key.key, handshake) }));
  session.proves({ board, key: key.id, seal: new Seal(sessionKey(key.key, handshake)) });
}

interface Claim {
  board: string;
  key: string;
  nonce: string;
}

/** @returns what is wrong, as the error's code and sentence */
function claimOf(params: Request['params'], session: Session): Claim | { code: number; fault: string } {
  const misplaced = misplacedIn(session);
  if (misplaced !== undefined) return { code: RPC.INVALID_REQUEST, fault: misplaced };
  const wrong = (fault: string) => ({ code: RPC.INVALID_PARAMS, fault });
  if (!isObject(params)) return wrong(PARAMETERS);
  const { board, key, nonce } = params;
  const fault = boardNameFault(board);
  if (fault !== undefined) return wrong(fault);
  if (typeof key !== 'string' || !ID.test(key) || typeof nonce !== 'string' || !NONCE.test(nonce))
    return wrong(PARAMETERS);
  return { board: board as string, key, nonce };
}

function misplacedIn({ peer, proof, link, asker }: Session): string | undefined {
  if (!peer.stream) return '$prove is for connections: say it over TCP';
  if (proof) return 'this connection has said $prove already';
  return link || asker.isPlain ? '$prove comes before everything else' : undefined;
}
