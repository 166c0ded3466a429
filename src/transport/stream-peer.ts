import type { Duplex } from 'node:stream';
import type { Alarm, Clock } from '../clock.ts';
import { LineFramer, limits } from '../wire/index.ts';
import {
  newCounts,
  type Peer,
  type TransportEvents,
  type TransportKind,
  type TransportReason,
} from './transport.ts';

export const streamLimits = {
  /** Bytes that wait in our memory for a peer that does not read. A few hundred replies; the kernel holds more. */
  outBytes: 64 * 1024,
  /** Reads of 64 KiB whose work is waited for, until the peer is not read from: one slow answer must not buffer a flood. */
  batchesUnderWay: 1,
  /** The same once we have ended: the peer's FIN stands behind what it still sends. */
  batchesLingering: 4,
  /** Milliseconds for the other end to take the rest and close, once we have ended. Then it is cut. */
  lingerMs: 5_000,
} as const;

/** Who is at the other end of a stream. */
export interface StreamEnd {
  transport: TransportKind;
  /** As `Peer` has them. */
  host: string;
  port: number;
  address: string;
  secure: boolean;
  /** Cuts the connection. */
  reset(): void;
}

/** Whoever speaks by a stream of bytes: framing, the 20 ms of silence, bounds in both directions, an orderly end. */
export class StreamPeer implements Peer {
  readonly transport: TransportKind;
  readonly stream = true;
  readonly secure: boolean;
  readonly maxBytes = Number.POSITIVE_INFINITY;
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly counts = newCounts();
  #socket: Duplex;
  #cutOff: () => void;
  #events: TransportEvents;
  #clock: Clock;
  #framer = new LineFramer();
  #tooLong = 0; // of the framer's counts, how much has been reported
  #cut = 0;
  #quiet: Alarm | undefined;
  #linger: Alarm | undefined;
  #underWay = 0;
  #ending = false; // we send our FIN as soon as all that was sent is settled
  #settling = false;
  #failed = false;
  #evicted = false;
  #refused = false;

  /** @param gone called once, after `closed` was told */
  constructor(socket: Duplex, end: StreamEnd, events: TransportEvents, clock: Clock, gone: () => void) {
    this.#socket = socket;
    this.#cutOff = () => end.reset();
    this.#events = events;
    this.#clock = clock;
    this.transport = end.transport;
    this.host = end.host;
    this.port = end.port;
    this.address = end.address;
    this.secure = end.secure;
    socket.on('data', (bytes) => this.#received(bytes));
    socket.on('end', () => this.#finished());
    socket.on('error', () => {
      this.#failed = true;
    });
    socket.on('close', () => {
      this.#closed();
      gone();
    });
  }

  get framed(): boolean {
    return this.#framer.framed;
  }

  send(bytes: Uint8Array): boolean {
    const waiting = this.#socket.writableLength;
    if (!this.#socket.writable) return this.#lose('SEND_FAILED');
    if (waiting > 0 && waiting + bytes.length > streamLimits.outBytes) return this.#lose('PEER_NOT_READING');
    this.#socket.write(bytes);
    this.counts.messagesOut++;
    this.counts.bytesOut += bytes.length;
    return true;
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  whenSent(call: () => void): void {
    // An empty write is done when those before it are.
    this.#socket.write('', (error) => {
      if (!error) call();
    });
  }

  frame(): void {
    this.#stopWaitingForQuiet();
    this.#framer.frame();
  }

  close(): void {
    if (this.#linger) return;
    this.#ending = true;
    // What comes now is left unread until our FIN is out: whoever goes on sending would else put it off for ever.
    this.#pause();
    this.#endWhenSettled();
  }

  /** Cuts the connection: its place is needed, and its host holds more of them than any other. */
  evict(): void {
    this.#evicted = true;
    this.#cutOff();
  }

  /** Cuts a connection that was never told of. */
  refuse(): void {
    this.#refused = true;
    this.#cutOff();
  }

  #received(bytes: Uint8Array): void {
    this.#stopWaitingForQuiet();
    this.counts.bytesIn += bytes.length;
    const units = this.#framer.push(bytes);
    this.#reportLosses();
    this.#deliver(units);
    this.#awaitQuiet();
  }

  /** What is not read is not silence: the text that is pending may go on in it. */
  #pause(): void {
    this.#socket.pause();
    this.#stopWaitingForQuiet();
  }

  #resume(): void {
    this.#socket.resume();
    this.#stopWaitingForQuiet();
    this.#awaitQuiet();
  }

  #stopWaitingForQuiet(): void {
    this.#quiet?.cancel();
    this.#quiet = undefined;
  }

  #awaitQuiet(): void {
    const { readableEnded, destroyed } = this.#socket;
    if (!this.#framer.wantsQuiet || readableEnded || destroyed || this.#socket.isPaused()) return;
    this.#quiet = this.#clock.alarm(limits.quietMs, () => {
      this.#deliver(this.#framer.quiet());
      this.#awaitQuiet();
    });
  }

  /** The peer's FIN. It may still be reading: its last message is answered before ours goes out. */
  #finished(): void {
    this.#stopWaitingForQuiet();
    const units = this.#framer.end();
    this.#reportLosses();
    this.#deliver(units);
    this.close();
  }

  #deliver(units: Uint8Array[]): void {
    if (units.length === 0) return;
    this.counts.messagesIn += units.length;
    const work = this.#events.messages(this, units);
    if (!work) return;
    this.#underWay++;
    if (this.#isFull) this.#pause();
    this.#after(work, () => {
      this.#underWay--;
      if (this.#ending) this.#endWhenSettled();
      if (!this.#isFull && (!this.#ending || this.#linger)) this.#resume();
    });
  }

  get #isFull(): boolean {
    return this.#underWay >= (this.#linger ? streamLimits.batchesLingering : streamLimits.batchesUnderWay);
  }

  #endWhenSettled(): void {
    if (this.#underWay > 0 || this.#settling || this.#linger || this.#socket.destroyed) return;
    const work = this.#events.finished(this);
    if (!work) {
      this.#end();
      return;
    }
    this.#settling = true;
    this.#after(work, () => this.#end());
  }

  #end(): void {
    if (this.#socket.destroyed) return;
    this.#socket.end();
    this.#linger = this.#clock.alarm(streamLimits.lingerMs, () => this.#socket.destroy());
    this.#resume();
  }

  #after(work: Promise<void>, done: () => void): void {
    work.then(done, (error: unknown) => {
      this.#events.failed(error);
      done();
    });
  }

  #closed(): void {
    this.#stopWaitingForQuiet();
    this.#linger?.cancel();
    this.#framer.abort();
    if (this.#refused) return;
    this.#reportLosses();
    this.#events.closed(this, this.#evicted ? 'EVICTED' : this.#failed ? 'RESET' : 'CLOSED');
  }

  #reportLosses(): void {
    const { tooLong, cut } = this.#framer.counts;
    if (tooLong > this.#tooLong) this.#lose('LINE_TOO_LONG', tooLong - this.#tooLong);
    if (cut > this.#cut) this.#lose('LINE_CUT', cut - this.#cut);
    this.#tooLong = tooLong;
    this.#cut = cut;
  }

  #lose(reason: TransportReason, count = 1): false {
    this.counts.dropped += count;
    this.#events.dropped(this, reason, count);
    return false;
  }
}
