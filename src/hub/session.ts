import type { Layout } from '../store/packed.ts';
import type { Peer } from '../transport/transport.ts';
import { decode, decodeText, type Message, type Samples, type Shape } from '../wire/index.ts';
import type { Board } from './boards.ts';
import type { Encoding } from './encoding.ts';
import { handle } from './handlers/index.ts';
import type { Inside } from './inside.ts';
import { Post, type Receipt } from './post.ts';
import { count, type Reason } from './reasons.ts';
import type { Outcome, Sender } from './round.ts';

/** Batches of one peer that may wait for answers; a stream is held back long before, datagrams cannot be. */
const MAX_UNDER_WAY = 64;

/** Connections that broke and have something that waits for the store: a read of 64 KiB each, but no place that bounds them. */
export const MAX_ORPHANS = 256;

/** Messages in a row without a form to be remembered, until only every so many-th is looked at: a look costs as much as decoding. */
const FORMLESS = 8;
const LOOK_EVERY = 64;

/** Messages that arrived together, on their way. */
export interface Work {
  readonly at: number;
  readonly board: Board;
  /** Whose they are in the store's eyes. */
  readonly sender: Sender;
  /** For a sender who waits to be told. */
  readonly receipt?: Receipt;
  /** The store has no room, and the sender cannot be made to wait: what is for it is lost. */
  behind: boolean;
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
export class Session implements Sender {
  readonly peer: Peer;
  readonly name: string;
  readonly address: string;
  readonly answers: boolean;
  round = 0;
  /** What the peer writes in, where that is not UTF-8, so that its answers are too. */
  encoding: Encoding | undefined;
  readonly #inside: Inside;
  #board: Board | undefined;
  #shape: Shape | undefined; // of its last message that had one, and its layout
  #layout: Layout | undefined;
  #formless = 0;
  #tail: Promise<void> | undefined; // of the messages that wait, for a text handler or for room
  #underWay = 0;
  #held: { units: readonly Uint8Array[]; readonly from: number } | undefined; // what waits for room

  constructor(inside: Inside, peer: Peer, options: SessionOptions) {
    this.#inside = inside;
    this.peer = peer;
    this.address = peer.address;
    this.name = options.board ?? peer.host;
    this.answers = options.answers;
  }

  /**
   * Takes what a peer has sent.
   * @returns nothing when every message is on its way; a promise of that when some must wait, for an answer of the app
   *   or for the store to have room. The units are read until then.
   */
  take(units: readonly Uint8Array[]): void | Promise<void> {
    const at = this.#inside.clock.now();
    const board = this.#heard(at);
    let from = 0;
    if (this.#tail === undefined && this.#inside.intake.hasRoom(this.peer.stream)) {
      from = this.#scan(units, 0, at, board, this);
      if (from === units.length) return;
    }
    return this.#inOrder(units, from, { at, board, sender: this, behind: false });
  }

  /** Resolves when all that was taken is answered, and stored or counted as lost. */
  finished(): void | Promise<void> {
    return this.#tail ? this.#tail.then(() => this.finished()) : this.#inside.intake.settled(this);
  }

  /**
   * The same for a peer who waits to be told. Resolves when every message is answered and the store has accepted what is
   * for it, or never will.
   */
  async receive(units: readonly Uint8Array[]): Promise<Receipt> {
    const { clock, intake } = this.#inside;
    const at = clock.now();
    const post = new Post(this, units.length);
    const { receipt } = post;
    await this.#inOrder(units, 0, { at, board: this.#heard(at), sender: post, receipt, behind: false });
    intake.flush();
    await intake.settled(post);
    return receipt;
  }

  settled(samples: number, texts: number, outcome: Outcome): void {
    const board = this.#board;
    if (outcome !== 'STORED') {
      this.drop(board, outcome, samples + texts);
      return;
    }
    this.#inside.counts.samples += samples;
    if (board) board.samples += samples;
  }

  /** A whole message is lost or refused. */
  lose(work: Work, reason: Reason): void {
    work.receipt?.refused.push(reason);
    this.drop(work.board, reason);
  }

  drop(board: Board | undefined, reason: Reason, times = 1): void {
    board?.drop(reason, times);
    count(this.#inside.counts.dropped, reason, times);
  }

  closed(): void {
    if (this.peer.stream && this.#board) this.#board.connections--;
    this.#board?.gone(this.peer);
    this.#orphan();
  }

  /** What waits for room of a connection that is gone is stored, unless there is too much of the kind. */
  #orphan(): void {
    const held = this.#held;
    if (!held) return;
    const { orphans } = this.#inside;
    if (orphans.size < MAX_ORPHANS) {
      orphans.add(this);
      return;
    }
    this.drop(this.#board, 'STORE_BEHIND', held.units.length - held.from);
    held.units = [];
  }

  /** The board, now heard of; another object than before when it had been forgotten meanwhile. */
  #heard(at: number): Board {
    const board = this.#inside.boards.touch(this.name, at, this.#board);
    board.heard(this.peer, at);
    if (board !== this.#board) {
      this.#board = board;
      if (this.peer.stream) board.connections++;
    }
    return board;
  }

  /** While an answer is being made, later messages wait, or their answers would overtake it. */
  #inOrder(units: readonly Uint8Array[], from: number, work: Work): void | Promise<void> {
    if (this.#underWay >= MAX_UNDER_WAY) {
      for (const _ of units) this.lose(work, 'PEER_TOO_BUSY');
      return;
    }
    const proceed = () => this.#proceed(units, from, work);
    const handled = this.#tail ? this.#tail.then(proceed) : proceed();
    if (!handled) return;
    this.#underWay++;
    const settled = handled
      .catch(() => {}) // whoever handed them in has the error; the next message is none the worse
      .then(() => {
        if (--this.#underWay === 0) this.#inside.orphans.delete(this);
        if (this.#tail === settled) this.#tail = undefined;
      });
    this.#tail = settled;
    return handled;
  }

  /** Synchronous as long as every answer is and the store has room. */
  #proceed(units: readonly Uint8Array[], from: number, work: Work): void | Promise<void> {
    const { intake, counts } = this.#inside;
    const { at, board, sender } = work;
    const { stream } = this.peer;
    work.behind = !stream && !intake.hasRoom(false);
    for (let i = from; i < units.length; i++) {
      if (stream && !intake.hasRoom(true)) return this.#hold(units, i, work);
      if (!work.behind) i = this.#scan(units, i, at, board, sender);
      const unit = units[i];
      if (unit === undefined) return;
      counts.messages++;
      board.messages++;
      const answering = handle(this.#decode(unit, board), work, this, this.#inside);
      if (answering) return answering.then(() => this.#proceed(units, i + 1, work));
    }
  }

  /** Goes on when there is room. One at a time: the others of the peer wait for this one. */
  #hold(units: readonly Uint8Array[], from: number, work: Work): Promise<void> {
    const held = { units, from };
    this.#held = held;
    return this.#inside.intake.room().then(() => {
      this.#held = undefined;
      return this.#proceed(held.units, from, work);
    });
  }

  /**
   * The hot path: puts what is of a known form straight into the intake's round.
   * @returns the place of the first message that is of none
   */
  #scan(units: readonly Uint8Array[], from: number, at: number, board: Board, sender: Sender): number {
    const { scanner, intake, counts } = this.#inside;
    const { samples } = intake;
    const before = samples.length;
    let i = from;
    for (; i < units.length; i++) {
      const unit = units[i] as Uint8Array;
      const shape = scanner.scan(unit, this.#shape);
      if (shape === undefined) break;
      const layout =
        this.#layout !== undefined && shape === this.#shape ? this.#layout : this.#is(shape, board);
      if (this.encoding !== undefined) this.#showsEncoding(unit);
      if (shape.metrics.length === 0) continue; // heard of, but nothing to keep
      const time = shape.hasTime ? scanner.t : at;
      if (shape.allNumbers) samples.addNumbers(layout, time, scanner.values);
      else samples.addScanned(layout, time, shape.kinds, scanner.values, scanner.ends, unit);
    }
    counts.messages += i - from;
    board.messages += i - from;
    if (samples.length > before) intake.took(sender, samples.length - before);
    return i;
  }

  #is(shape: Shape, board: Board): Layout {
    this.#shape = shape;
    this.#layout = board.layouts.ofShape(shape);
    return this.#layout;
  }

  #decode(unit: Uint8Array, board: Board): Message {
    const message = decode(unit);
    if (message.kind === 'samples') this.#learn(unit, message, board);
    const { encoding } = this.#inside;
    if (!encoding) return message;
    if (message.kind !== 'text' || message.bytes === undefined) {
      this.#showsEncoding(unit);
      return message;
    }
    this.encoding = encoding;
    return decodeText(encoding.decode(unit));
  }

  /** Of a message in UTF-8. Plain ASCII is the same in both and tells nothing: what the peer was known to write in still holds. */
  #showsEncoding(unit: Uint8Array): void {
    if (this.encoding !== undefined && unit.some((byte) => byte > 0x7f)) this.encoding = undefined;
  }

  #learn(unit: Uint8Array, message: Samples, board: Board): void {
    if (this.#formless >= FORMLESS && this.#formless++ % LOOK_EVERY !== 0) return;
    const shape = this.#inside.scanner.learn(unit, message);
    if (shape) this.#is(shape, board);
    this.#formless = shape ? 0 : this.#formless + 1;
  }
}
