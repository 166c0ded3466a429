import type { StoredSample, StoredText } from '../store/store.ts';
import type { Peer } from '../transport/transport.ts';
import { decode, decodeText, type Message, type Skips } from '../wire/index.ts';
import type { Board } from './boards.ts';
import type { Encoding } from './encoding.ts';
import { handle } from './handlers/index.ts';
import type { Inside } from './inside.ts';
import type { Outcome } from './intake.ts';
import { count, type Reason } from './reasons.ts';

/** Batches of one peer that may wait for answers; a stream is held back long before, datagrams cannot be. */
const MAX_UNDER_WAY = 64;

/** What became of the messages of one `receive`. */
export interface Receipt {
  messages: number;
  /** Samples that the store has accepted. */
  samples: number;
  texts: number;
  /** Messages that were refused, by reason, in order. */
  refused: Reason[];
  /** Values that were left out of samples. */
  skipped: Skips;
}

/** One `receive` on its way. */
export interface Work {
  readonly at: number;
  readonly board: Board;
  readonly receipt: Receipt;
  samples: StoredSample[];
  texts: StoredText[];
  stored: Promise<void>[];
}

export interface SessionOptions {
  /** The board's name, where the sender said one; else it goes by its address. */
  board?: string;
  /** Whether texts get the configured reply when no handler answers. */
  answers: boolean;
}

/**
 * Who a peer is, and the order of its messages. A plain peer is the board of its IP address, so that a board which
 * opens a new connection for each message, or a new UDP port, stays the same one; programs that share an address
 * (as scripts on 127.0.0.1 do) are one board.
 */
export class Session {
  readonly peer: Peer;
  readonly name: string;
  readonly answers: boolean;
  /** What the peer writes in, where that is not UTF-8, so that its answers are too. */
  encoding: Encoding | undefined;
  readonly #inside: Inside;
  #board: Board | undefined;
  #tail: Promise<void> | undefined; // of the messages that wait for a text handler
  #underWay = 0;

  constructor(inside: Inside, peer: Peer, options: SessionOptions) {
    this.#inside = inside;
    this.peer = peer;
    this.name = options.board ?? peer.host;
    this.answers = options.answers;
  }

  /** Resolves when every message is answered and the store has accepted what is for it, or never will. */
  async receive(units: readonly Uint8Array[]): Promise<Receipt> {
    const at = this.#inside.clock.now();
    const board = this.#heard(at);
    const receipt: Receipt = { messages: units.length, samples: 0, texts: 0, refused: [], skipped: {} };
    const work: Work = { at, board, receipt, samples: [], texts: [], stored: [] };
    if (this.#underWay >= MAX_UNDER_WAY) {
      for (const _ of units) this.lose(work, 'PEER_TOO_BUSY');
      return receipt;
    }
    this.#underWay++;
    try {
      await this.#inOrder(() => this.#process(units, 0, work));
    } finally {
      this.#underWay--;
    }
    await Promise.all(work.stored);
    return receipt;
  }

  /** While an answer is being made, later messages wait, or their answers would overtake it. */
  #inOrder(process: () => void | Promise<void>): void | Promise<void> {
    const handled = this.#tail ? this.#tail.then(process) : process();
    if (!handled) return;
    const settled = handled
      .catch(() => {}) // whoever called `receive` has the error; the next message is none the worse
      .then(() => {
        if (this.#tail === settled) this.#tail = undefined;
      });
    this.#tail = settled;
    return handled;
  }

  /** A whole message is lost or refused. */
  lose(work: Work, reason: Reason): void {
    work.receipt.refused.push(reason);
    this.drop(work.board, reason);
  }

  drop(board: Board | undefined, reason: Reason, times = 1): void {
    board?.drop(reason, times);
    count(this.#inside.counts.dropped, reason, times);
  }

  closed(): void {
    if (this.peer.stream && this.#board) this.#board.connections--;
    this.#board?.gone(this.peer);
  }

  /** The board, now heard of; another object than before when it had been forgotten meanwhile. */
  #heard(at: number): Board {
    const board = this.#inside.boards.touch(this.name, at);
    board.heard(this.peer, at);
    if (board !== this.#board) {
      this.#board = board;
      if (this.peer.stream) board.connections++;
    }
    return board;
  }

  /** Synchronous as long as every answer is. */
  #process(units: readonly Uint8Array[], from: number, work: Work): void | Promise<void> {
    for (let i = from; i < units.length; i++) {
      const unit = units[i];
      if (!unit) continue;
      this.#inside.counts.messages++;
      work.board.messages++;
      const answering = handle(this.#decode(unit), work, this, this.#inside);
      if (!answering) continue;
      this.#store(work); // what is here need not wait for the answer
      return answering.then(() => this.#process(units, i + 1, work));
    }
    this.#store(work);
  }

  #decode(unit: Uint8Array): Message {
    const message = decode(unit);
    const { encoding } = this.#inside;
    if (!encoding) return message;
    const foreign = message.kind === 'text' && message.bytes !== undefined;
    // Plain ASCII is the same in both and tells nothing: what the peer was known to write in still holds.
    if (foreign) this.encoding = encoding;
    else if (unit.some((byte) => byte > 0x7f)) this.encoding = undefined;
    return foreign ? decodeText(encoding.decode(unit)) : message;
  }

  #store(work: Work): void {
    const { samples, texts } = work;
    if (samples.length + texts.length === 0) return;
    work.samples = [];
    work.texts = [];
    work.stored.push(
      this.#inside.intake
        .add(samples, texts, this.peer.stream)
        .then((outcome) => this.#stored(work, samples, texts, outcome)),
    );
  }

  /** Only now may anybody be told of the samples. */
  #stored(work: Work, samples: StoredSample[], texts: StoredText[], outcome: Outcome): void {
    const { feed, handlers, counts } = this.#inside;
    if (outcome !== 'STORED') {
      for (const _ of [...samples, ...texts]) this.lose(work, outcome);
      work.receipt.texts -= texts.length;
      return;
    }
    for (const sample of samples) {
      counts.samples++;
      work.board.samples++;
      work.receipt.samples++;
      feed.publish({ type: 'sample', ...sample });
      if (handlers.hasSampleHandlers) handlers.sample({ ...sample, from: this.peer.address });
    }
  }
}
