/** A TCP connection of a board: the real socket on one side, the slot in shared memory on the other, the air between. */
import type { NetConnectOpts, Socket } from 'node:net';
import { systemCode } from '../../errors.ts';
import { chipErrno, ERRNO, TLS_FAILED } from '../errno.ts';
import { FLAG, putRing, type SharedState, SLOT, takeRing } from '../shared.ts';
import type { Air } from './air.ts';
import type { Orphans } from './orphans.ts';
import { StreamCut } from './stream-cut.ts';
import { StreamPath } from './stream-path.ts';
import { TlsClient, type TlsFailure, type TlsWishes } from './tls-client.ts';

/** Milliseconds that a closed connection may take to send what the program handed over before its close(). */
const LINGER_MS = 10_000;

export class HostStream {
  readonly #shared: SharedState;
  readonly #slot: number;
  readonly #socket: Socket;
  readonly #air: Air;
  readonly #flowing: () => boolean;
  readonly #orphans: Orphans;
  readonly #toBoard: StreamPath;
  readonly #fromBoard: StreamPath;
  readonly #cut: StreamCut;
  readonly #now: () => number;
  #tls: TlsClient | undefined;
  /** Why there is no TLS. */
  tlsFailure: TlsFailure | undefined;
  #held: Uint8Array[] = [];
  #ended = false;
  #shut = false;
  #aborted = false;

  constructor(
    shared: SharedState,
    slot: number,
    socket: Socket,
    radio: { air: Air; name: string; flowing(): boolean; asleep(): number; orphans: Orphans; now(): number },
  ) {
    const { air, flowing } = radio;
    this.#shared = shared;
    this.#slot = slot;
    this.#socket = socket;
    this.#air = air;
    this.#flowing = flowing;
    this.#orphans = radio.orphans;
    this.#now = radio.now;
    this.#toBoard = new StreamPath(air, flowing, radio.asleep);
    this.#fromBoard = new StreamPath(air, flowing);
    this.#cut = new StreamCut(air.nextCut(radio.name), () => {
      air.counts.cuts += 1;
    });
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      // Bytes under way through bad weather are bounded as the ring is: the sender's window closes.
      if (!flowing()) socket.pause();
      this.#toBoard.carry(() => this.#arrive(bytes));
    });
    socket.on('end', () => this.#tell(() => (this.#tls ? this.#tls.finished() : this.#peerClosed())));
    socket.on('error', (error) => this.#tell(() => this.#fail(chipErrno(systemCode(error)))));
    socket.on('close', () => this.#tell(() => this.#flag(FLAG.DEAD)));
    socket.resume();
  }

  /** Connects as soon as the air carries that. */
  connect(to: NetConnectOpts): void {
    this.#fromBoard.carry(() => this.#socket.connect(to, () => this.#tell(() => this.established())));
  }

  /** The connection stands. */
  established(): void {
    this.#change(FLAG.CONNECTED | FLAG.ESTABLISHED, FLAG.CONNECTING);
    this.#cut.established();
    if (this.#cut.state === 'reset') this.abort(ERRNO.ECONNRESET);
  }

  get tls(): TlsClient | undefined {
    return this.#tls;
  }

  /** From here on everything is encrypted. The handshake begins at once, or as soon as the connection stands. */
  encrypt(wishes: TlsWishes): void {
    this.#flag(FLAG.SECURING);
    this.#tls = new TlsClient(wishes, {
      transmit: (bytes, accepted) => {
        let left = bytes.length;
        this.#transmit(bytes, (count) => {
          left -= count;
          if (left === 0) accepted();
        });
      },
      secured: () => this.#change(FLAG.SHOOK, FLAG.SECURING),
      arrived: (bytes) => this.#take(bytes),
      ended: () => this.#peerClosed(),
      failed: (failure) => {
        this.tlsFailure = failure;
        this.#fail(TLS_FAILED);
      },
      now: this.#now,
    });
    // A server that speaks first has said this to TLS. The program waits for us meanwhile, and takes nothing.
    const taken = this.#shared.slotWord(this.#slot, SLOT.TAKEN);
    const early = new Uint8Array(this.#shared.waiting(this.#slot));
    takeRing(this.#shared.ring(this.#slot), this.#shared.get(taken), early);
    this.#shared.add(taken, early.length);
    for (const bytes of [early, ...this.#held.splice(0)]) if (bytes.length > 0) this.#tls.received(bytes);
    this.taken();
    if (!this.#ended) return;
    this.#ended = false;
    this.#change(0, FLAG.PEER_CLOSED);
    this.#tls.finished();
  }

  /** News of the other side, which crosses the air like bytes do. */
  #tell(news: () => void): void {
    this.#toBoard.carry(() => {
      if (!this.#cut.silent('to-board')) news();
    });
  }

  #flag(flag: number): void {
    this.#change(flag, 0);
  }

  /** In one store: the board's thread may look at any moment, and must not see a connection between two states. */
  #change(raise: number, clear: number): void {
    if (this.#shut) return;
    const word = this.#shared.slotWord(this.#slot, SLOT.FLAGS);
    this.#shared.set(word, (this.#shared.get(word) & ~clear) | raise);
    this.#shared.wake();
  }

  #fail(errno: number): void {
    if (this.#shut) return;
    this.#shared.set(this.#shared.slotWord(this.#slot, SLOT.ERROR), errno);
    this.#change(FLAG.DEAD, FLAG.CONNECTED | FLAG.CONNECTING | FLAG.SECURING);
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#shut) return;
    const passing = this.#cut.pass('to-board', bytes);
    if (passing.length > 0) {
      if (this.#tls) this.#tls.received(passing);
      else this.#take(passing);
    }
    if (this.#cut.state === 'reset') this.abort(ERRNO.ECONNRESET);
  }

  /** Bytes for the program. */
  #take(bytes: Uint8Array): void {
    if (this.#shut) return;
    this.#held.push(bytes);
    this.#deliver();
  }

  /** Puts as much of what is held into the ring as may go now. */
  #deliver(): void {
    for (let first = this.#held[0]; first; first = this.#held[0]) {
      const size = this.#nextSize(first.length);
      if (size === 0) {
        this.#hold();
        return;
      }
      this.#put(first.subarray(0, size));
      if (size < first.length) this.#held[0] = first.subarray(size);
      else this.#held.shift();
    }
  }

  #nextSize(length: number): number {
    const { slice } = this.#air.weather;
    if (slice > 0) return this.#shared.waiting(this.#slot) === 0 ? Math.min(slice, length) : 0;
    return Math.min(this.#shared.room(this.#slot), length);
  }

  #hold(): void {
    const flags = this.#shared.get(this.#shared.slotWord(this.#slot, SLOT.FLAGS));
    if (flags & FLAG.HELD) return;
    this.#socket.pause();
    this.#flag(FLAG.HELD);
    // The program may have made room between the two: then it did not know that anything is held.
    this.taken();
  }

  #put(bytes: Uint8Array): void {
    const word = this.#shared.slotWord(this.#slot, SLOT.RECEIVED);
    putRing(this.#shared.ring(this.#slot), this.#shared.get(word), bytes);
    this.#shared.add(word, bytes.length);
    this.#shared.wake();
  }

  /** The program took bytes from the ring while more are held here. */
  taken(): void {
    if (this.#shut) return;
    this.#deliver();
    if (this.#held.length > 0) return;
    this.#change(this.#ended ? FLAG.PEER_CLOSED : 0, FLAG.HELD);
    this.#socket.resume();
  }

  #peerClosed(): void {
    this.#ended = true;
    if (this.#held.length === 0) this.#flag(FLAG.PEER_CLOSED);
  }

  send(bytes: Uint8Array): void {
    if (this.#tls) this.#tls.send(bytes, () => this.#sent(bytes.length));
    else this.#transmit(bytes, (count) => this.#sent(count));
  }

  /** @param accepted told of each piece that the system has taken */
  #transmit(bytes: Uint8Array, accepted: (count: number) => void): void {
    this.#fromBoard.carryBytes(bytes, (piece) => {
      const passing = this.#cut.pass('from-board', piece);
      // The reset comes when the system has the last byte, so that exactly this much arrives.
      if (this.#cut.state === 'reset') this.#socket.write(passing, () => this.abort(ERRNO.ECONNRESET));
      // In silence, whichever way, no acknowledgement comes back: the chip's send buffer stays full.
      else if (this.#cut.state === 'silence') this.#socket.write(passing);
      else this.#socket.write(passing, () => accepted(piece.length));
    });
  }

  #sent(count: number): void {
    if (this.#shut) return;
    this.#shared.add(this.#shared.slotWord(this.#slot, SLOT.SENDING), -count);
    this.#shared.wake();
  }

  resume(): void {
    this.#toBoard.resume();
    this.#fromBoard.resume();
    if (this.#held.length === 0) this.#socket.resume();
  }

  /** Ends the connection at once; the program sees `errno`. */
  abort(errno: number): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reset();
    this.#fail(errno);
  }

  /**
   * The program's close(): what it sent still goes out, what comes is nobody's.
   * @param over called when the socket is closed
   */
  close(over: () => void): void {
    this.#shut = true;
    this.#held = [];
    this.#toBoard.close();
    this.#socket.resume();
    const linger = this.#air.clock.alarm(LINGER_MS, () => this.#reset());
    this.#socket.once('close', () => {
      linger.cancel();
      over();
    });
    const end = () =>
      this.#fromBoard.carry(() => {
        if (!this.#cut.silent('from-board')) this.#socket.end();
      });
    if (this.#tls) this.#tls.drained(end);
    else end();
  }

  /** Power off. */
  destroy(): void {
    this.#shut = true;
    this.#reset();
  }

  /** Gives the socket up. The other side learns of it if the air carries the reset. */
  #reset(): void {
    const reachable = () =>
      this.#flowing() && !this.#cut.silent('from-board') && !this.#cut.silent('to-board');
    this.#tls?.destroy();
    this.#toBoard.close();
    this.#fromBoard.close();
    if (this.#flowing() && !this.#cut.silent('from-board')) this.#socket.resetAndDestroy();
    else this.#orphans.adopt(this.#socket, reachable);
  }
}
