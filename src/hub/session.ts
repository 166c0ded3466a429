import type { CloseReason, Peer } from '../transport/transport.ts';
import type { Request } from '../wire/index.ts';
import { Asker } from './asker.ts';
import { Beginning } from './beginning.ts';
import type { BoardSession } from './board-session.ts';
import type { Board } from './boards.ts';
import type { Encoding } from './encoding.ts';
import { handleHello } from './handlers/hello.ts';
import { handle } from './handlers/index.ts';
import { Identity } from './identity.ts';
import type { Inside } from './inside.ts';
import { Post, type Receipt } from './post.ts';
import { openBatch, type Proof, type SignedBatch } from './proof.ts';
import { Reader } from './reader.ts';
import { count, type Reason } from './reasons.ts';
import type { Outcome, Sender } from './round.ts';
import type { SealFault } from './seal.ts';
import { sendLines } from './signed-lines.ts';
import { Turns } from './turns.ts';

/** Connections that broke and have something that waits for the store: a read of 64 KiB each, but no place that bounds them. */
export const MAX_ORPHANS = 256;

/** Messages that arrived together, on their way. */
export interface Work {
  readonly at: number;
  readonly board: Board;
  /** Whose they are in the store's eyes. */
  readonly sender: Sender;
  /** For a sender who waits to be told. */
  readonly receipt: Receipt | undefined;
  /** The store has no room, and the sender cannot be made to wait: what is for it is lost. */
  readonly behind: boolean;
}

/** The same while they wait; whose they are may change until their turn comes. */
interface Batch extends SignedBatch {
  readonly at: number;
  readonly sender: Sender;
  readonly receipt?: Receipt;
}

export interface SessionOptions {
  /** The board's name, where the sender said one; else it goes by its address. */
  board?: string;
  /** What the peer has proved before it spoke. */
  proof?: Proof;
  /** Whether texts get the configured reply when no handler answers. */
  answers: boolean;
}

/** One peer: who it is, and its messages in their order. */
export class Session implements Sender {
  readonly peer: Peer;
  readonly address: string;
  readonly asker: Asker;
  /** Whether texts get the configured reply. */
  answers: boolean;
  round = 0;
  readonly #inside: Inside;
  readonly #identity: Identity;
  readonly #beginning = new Beginning();
  readonly #turns: Turns; // of the messages that wait, for a text handler or for room
  #reader: Reader;
  #proof: Proof | undefined;
  #hasGreeted = false; // it has said hello, or tried to
  #isOver = false; // nothing of it is taken any more
  #isClosed = false;
  #held: { batch: Batch; from: number } | undefined; // what waits for room

  constructor(inside: Inside, peer: Peer, options: SessionOptions) {
    this.#inside = inside;
    this.peer = peer;
    this.address = peer.address;
    this.asker = new Asker(peer);
    this.#identity = new Identity(inside.boards, peer, options.board);
    this.answers = options.answers;
    this.#proof = options.proof;
    this.#reader = new Reader(inside, this.asker);
    this.#turns = new Turns(() => {
      inside.orphans.delete(this);
      this.link?.heard(); // it is read from again
    });
  }

  /** Of the board. */
  get name(): string {
    return this.#identity.name;
  }

  /** Undefined as long as nothing has come but a hello. */
  get board(): Board | undefined {
    return this.#identity.board;
  }

  /** What the peer is since its hello. */
  get link(): BoardSession | undefined {
    return this.#identity.link;
  }

  /** What the peer has proved. */
  get proof(): Proof | undefined {
    return this.#proof;
  }

  /** What the peer writes in, where that is not UTF-8. */
  get encoding(): Encoding | undefined {
    return this.#reader.encoding;
  }

  /** Whether the connection is gone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether the peer is not read from now: what it sends waits for an answer or for the store. */
  get isHeldBack(): boolean {
    return this.#turns.underWay > 0;
  }

  /** From here on the peer is this board, in lines. */
  becomes(link: BoardSession): void {
    this.answers = false;
    this.#reader = new Reader(this.#inside, this.asker);
    this.#identity.becomes(link, this.#inside.clock.now());
    this.#inside.greeted.add(this.peer);
    this.peer.frame();
  }

  /** From here on every line is signed, in both directions. */
  proves(proof: Proof): void {
    this.#proof = proof;
    this.peer.frame();
  }

  /** Its hello. */
  greet(request: Request): Promise<void> {
    this.#hasGreeted = true;
    return handleHello(request, this, this.#inside);
  }

  /** Nothing more of the peer is taken; its connection is ended after what was sent. */
  stop(): void {
    this.#isOver = true;
    this.peer.close();
  }

  /** Sends an answer: in a session each is a line. @returns false when it did not go out */
  send(bytes: Uint8Array): boolean {
    if (this.link) return this.link.send(bytes);
    return this.#proof ? sendLines(this.peer, this.#proof.seal, bytes) : this.peer.send(bytes);
  }

  /**
   * Takes what a peer has sent.
   * @returns nothing when every message is on its way; a promise of that when some must wait, for an answer of the app
   *   or for the store to have room. The units are read until then.
   */
  take(units: readonly Uint8Array[]): void | Promise<void> {
    this.link?.heard();
    return this.#inOrder({ units, at: this.#inside.clock.now(), sender: this });
  }

  /** Resolves when all that was taken is answered, and stored or counted as lost. */
  finished(): void | Promise<void> {
    const waits = this.#turns.tail ?? this.asker.settled;
    return waits ? waits.then(() => this.finished()) : this.stored();
  }

  /** Resolves when what has gone to the store is stored and acknowledged, or counted as lost; undefined when it is. */
  stored(): Promise<void> | undefined {
    const { intake } = this.#inside;
    const { link } = this;
    if (!link || link.isOver) return intake.settled(this);
    const all = [this, ...link.numberings].map((sender) => intake.settled(sender));
    return all.some((one) => one !== undefined) ? Promise.all(all).then(() => {}) : undefined;
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
    await this.#inOrder({ units, at, sender: post, receipt });
    intake.flush();
    await intake.settled(post);
    return receipt;
  }

  settled(samples: number, texts: number, outcome: Outcome): void {
    const board = this.board;
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

  /** Where something came that its board has not signed so, nothing after it is taken. @param fault what was wrong, if anything */
  endIfForged(fault: SealFault | undefined): void {
    if (fault === undefined || this.#isOver || !this.#proof) return;
    this.#inside.refusals.refuse(fault, this.#proof.board, this.peer);
    this.link?.end('BAD_SIGNATURE');
    this.stop();
  }

  drop(board: Board | undefined, reason: Reason, times = 1): void {
    board?.drop(reason, times);
    count(this.#inside.counts.dropped, reason, times);
  }

  closed(reason: CloseReason = 'CLOSED'): void {
    this.#isClosed = true;
    if (this.#hasGreeted) this.#isOver = true;
    this.asker.giveUp();
    this.link?.end(reason === 'CLOSED' ? 'CLOSED' : 'RESET');
    this.#identity.gone();
    this.#orphan();
  }

  /** What waits for room of a connection that is gone is stored, unless there is too much of the kind, or a session of it is over. */
  #orphan(): void {
    const held = this.#held;
    if (!held) return;
    const { orphans } = this.#inside;
    if (!this.#isOver && orphans.size < MAX_ORPHANS) {
      orphans.add(this);
      return;
    }
    const reason = this.#isOver ? 'SESSION_OVER' : 'STORE_BEHIND';
    this.drop(this.board, reason, held.batch.units.length - held.from);
    held.batch.units = [];
  }

  /** While an answer is being made, later messages wait, or their answers would overtake it. */
  #inOrder(batch: Batch): void | Promise<void> {
    if (this.#turns.isFull) {
      for (const _ of batch.units) batch.receipt?.refused.push('PEER_TOO_BUSY');
      this.drop(this.board, 'PEER_TOO_BUSY', batch.units.length);
      return;
    }
    return this.#turns.take(() => this.#proceed(batch, 0));
  }

  /** Synchronous as long as every answer is and the store has room. */
  #proceed(batch: Batch, start: number): void | Promise<void> {
    const { intake, counts } = this.#inside;
    if (this.#proof?.seal && !batch.isOpened && !this.#isOver) openBatch(batch, start, this.#proof.seal);
    const { units, at, sender, receipt } = batch;
    if (start >= units.length) return this.endIfForged(batch.fault);
    if (this.#isOver) {
      this.drop(this.board, 'SESSION_OVER', units.length - start);
      return;
    }
    let from = start;
    for (let first = units[from]; first !== undefined; first = units[++from]) {
      const begun = this.#beginning.take(first, this, this.#inside);
      if (begun === false) break;
      if (begun) return begun.then(() => this.#proceed(batch, from + 1));
      if (this.#proof || this.#isOver) return this.#proceed(batch, from + 1);
    }
    if (from >= units.length) return this.endIfForged(batch.fault);
    const { link } = this;
    if (this.#proof && !link) return this.stop(); // it has proved a name, and goes on as if it had none
    const { stream } = this.peer;
    const behind = !stream && !intake.hasRoom(false);
    const work = { at, board: this.#identity.heard(at), sender, receipt, behind };
    for (let i = from; i < units.length; i++) {
      if (this.#isOver) return this.#proceed(batch, i);
      if (stream && !intake.hasRoom(true)) return this.#hold(batch, i);
      if (!behind) i = this.#reader.scan(units, i, at, work.board, sender, link);
      const unit = units[i];
      if (unit === undefined) break;
      counts.messages++;
      work.board.messages++;
      const answering = handle(this.#reader.decode(unit, work.board), work, this, this.#inside);
      if (answering) return answering.then(() => this.#proceed(batch, i + 1));
    }
    link?.acknowledgeAgain();
    this.endIfForged(batch.fault);
  }

  /** Goes on when there is room. One at a time: the others of the peer wait for this one. */
  #hold(batch: Batch, from: number): Promise<void> {
    this.#held = { batch, from };
    return this.#inside.intake.room().then(() => {
      this.#held = undefined;
      return this.#proceed(batch, from);
    });
  }
}
