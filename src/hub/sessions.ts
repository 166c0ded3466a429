import { formatHostPort } from '../transport/address.ts';
import type { CloseReason, Peer, TransportEvents, TransportReason } from '../transport/transport.ts';
import { answerTooLong } from './handlers/refused.ts';
import type { Inside } from './inside.ts';
import { count } from './reasons.ts';
import { Session } from './session.ts';

export interface SessionsOptions {
  /** Whether texts get the configured reply; those on streams do unless told. */
  answers?: boolean;
  /** Told of each peer, and when one is gone. */
  opened?: (peer: Peer) => void;
  closed?: (why: CloseReason) => void;
}

/** Whether anything from there is taken; counted and told when it is not. @param host a numeric address */
export function admits({ access, refusals }: Inside, host: string, port: number): boolean {
  if (access.admits(host)) return true;
  refusals.refuse('PUBLIC_ADDRESS', host, { host, address: formatHostPort(host, port) });
  return false;
}

/** What one transport's peers tell, each to its session. */
export class Sessions implements TransportEvents {
  readonly #inside: Inside;
  readonly #options: SessionsOptions;
  readonly #byPeer = new Map<Peer, Session>(); // from the first message on: an idle connection costs nothing here

  constructor(inside: Inside, options: SessionsOptions) {
    this.#inside = inside;
    this.#options = options;
  }

  admits(host: string, port: number): boolean {
    return admits(this.#inside, host, port);
  }

  opened(peer: Peer): void {
    if (peer.stream) this.#inside.counts.connections++;
    this.#options.opened?.(peer);
  }

  messages(peer: Peer, units: readonly Uint8Array[]): void | Promise<void> {
    try {
      // A datagram comes alone.
      if (!peer.stream && this.#isTaken(peer, units[0] as Uint8Array)) return;
      return this.#sessionOf(peer).take(units);
    } catch (error) {
      this.failed(error); // ours to answer for: it must not end the process, and with it all the others
    }
  }

  /** Whether a datagram is no plain peer's: it is of a session, or asks where we are. */
  #isTaken(peer: Peer, data: Uint8Array): boolean {
    const { datagrams, where } = this.#inside;
    // Whoever asks has no session to ask in, and sends nothing else from there.
    return datagrams.take(peer, data) || (!this.#byPeer.has(peer) && where.take(peer, data));
  }

  finished(peer: Peer): void | Promise<void> {
    return this.#byPeer.get(peer)?.finished();
  }

  dropped(peer: Peer | undefined, reason: TransportReason, times: number): void {
    const { boards, clock, counts } = this.#inside;
    count(counts.dropped, reason, times);
    if (!peer) return;
    const session = this.#byPeer.get(peer);
    // It may have been a signed one; the next one would leave a gap in any case.
    if (session?.proof && reason === 'LINE_TOO_LONG') {
      session.endIfForged('BAD_SIGNATURE');
      return;
    }
    // Whoever sends too much has sent something: it is a board, and its count says why nothing of it is seen.
    const name = session?.name ?? peer.host;
    const board = reason === 'LINE_TOO_LONG' ? boards.touch(name, clock.now()) : boards.get(name);
    board?.drop(reason, times);
    if (reason !== 'LINE_TOO_LONG') return;
    this.#sessionOf(peer).asker.isPlain = true; // who knows what it was
    board?.heard(peer, clock.now());
    answerTooLong(peer);
  }

  closed(peer: Peer, reason: CloseReason): void {
    const { boards, counts } = this.#inside;
    if (peer.stream) counts.connections--;
    this.#byPeer.get(peer)?.closed(reason);
    this.#byPeer.delete(peer);
    boards.get(peer.host)?.gone(peer); // one that never got a session may have been heard of as well
    this.#options.closed?.(reason);
  }

  #sessionOf(peer: Peer): Session {
    let session = this.#byPeer.get(peer);
    if (!session) {
      session = new Session(this.#inside, peer, { answers: this.#options.answers ?? peer.stream });
      this.#byPeer.set(peer, session);
    }
    return session;
  }

  failed(error: unknown): void {
    this.#inside.handlers.problem({ what: 'transport failed', error });
  }
}
