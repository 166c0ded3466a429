import type { Peer } from '../transport/transport.ts';
import type { BoardSession } from './board-session.ts';
import type { Board, Boards } from './boards.ts';

/**
 * Which board a peer is. A plain peer is the board of its IP address, so that a board which opens a new connection for each
 * message, or a new UDP port, stays the same one; programs that share an address (as scripts on 127.0.0.1 do) are one board.
 * From a hello on it is the board of the name that was said.
 */
export class Identity {
  readonly #boards: Boards;
  readonly #peer: Peer;
  #name: string;
  #board: Board | undefined;
  #link: BoardSession | undefined;
  #isGone = false;

  /** @param name where the sender said one; else it goes by its address */
  constructor(boards: Boards, peer: Peer, name = peer.host) {
    this.#boards = boards;
    this.#peer = peer;
    this.#name = name;
  }

  get name(): string {
    return this.#name;
  }

  /** Undefined as long as nothing has come but a hello. */
  get board(): Board | undefined {
    return this.#board;
  }

  /** What the peer is since its hello. */
  get link(): BoardSession | undefined {
    return this.#link;
  }

  /** The board, now heard of; another object than before when it had been forgotten meanwhile. */
  heard(at: number): Board {
    const board = this.#boards.touch(this.#name, at, this.#board);
    board.heard(this.#peer, at);
    if (board !== this.#board) {
      this.#board = board;
      if (this.#peer.stream && !this.#isGone) board.connections++;
    }
    return board;
  }

  becomes(link: BoardSession, at: number): void {
    this.#leave();
    this.#name = link.board;
    this.#link = link;
    this.heard(at);
  }

  /** The connection is gone. */
  gone(): void {
    this.#isGone = true;
    this.#leave();
  }

  #leave(): void {
    if (this.#peer.stream && this.#board) this.#board.connections--;
    this.#board?.gone(this.#peer);
  }
}
