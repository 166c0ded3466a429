/** A TCP connection of a board: the real socket on one side, the slot in shared memory on the other, the air between. */
import type { Socket } from 'node:net';
import { systemCode } from '../../errors.ts';
import { chipErrno, ERRNO } from '../errno.ts';
import { FLAG, putRing, type SharedState, SLOT } from '../shared.ts';
import type { Air, Cut } from './air.ts';
import { StreamPath } from './stream-path.ts';

/** Milliseconds that a closed connection may take to send what the program handed over before its close(). */
const LINGER_MS = 10_000;

export class HostStream {
  readonly #shared: SharedState;
  readonly #slot: number;
  readonly #socket: Socket;
  readonly #air: Air;
  readonly #toBoard: StreamPath;
  readonly #fromBoard: StreamPath;
  readonly #cut: Cut | undefined;
  #passed = 0;
  #held: Uint8Array[] = [];
  #ended = false;
  #shut = false;

  constructor(
    shared: SharedState,
    slot: number,
    socket: Socket,
    air: Air,
    board: string,
    flowing: () => boolean,
  ) {
    this.#shared = shared;
    this.#slot = slot;
    this.#socket = socket;
    this.#air = air;
    this.#toBoard = new StreamPath(air, flowing);
    this.#fromBoard = new StreamPath(air, flowing);
    this.#cut = air.nextCut(board);
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      // Bytes under way through bad weather are bounded as the ring is: the sender's window closes.
      if (!flowing()) socket.pause();
      this.#toBoard.carry(() => this.#arrive(bytes));
    });
    socket.on('end', () => this.#toBoard.carry(() => this.#peerClosed()));
    socket.on('error', (error) => this.#fail(chipErrno(systemCode(error))));
    socket.on('close', () => this.#toBoard.carry(() => this.#flag(FLAG.DEAD)));
    socket.resume();
  }

  /** The connection stands. */
  established(): void {
    this.#clear(FLAG.CONNECTING);
    this.#flag(FLAG.CONNECTED);
  }

  #flag(flag: number): void {
    if (this.#shut) return;
    Atomics.or(this.#shared.words, this.#shared.slotWord(this.#slot, SLOT.FLAGS), flag);
    this.#shared.wake();
  }

  #clear(flag: number): void {
    if (!this.#shut) Atomics.and(this.#shared.words, this.#shared.slotWord(this.#slot, SLOT.FLAGS), ~flag);
  }

  #fail(errno: number): void {
    if (this.#shut) return;
    this.#shared.set(this.#shared.slotWord(this.#slot, SLOT.ERROR), errno);
    this.#clear(FLAG.CONNECTED | FLAG.CONNECTING);
    this.#flag(FLAG.DEAD);
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#shut) return;
    const rest = this.#afterCut('to-board', bytes);
    if (this.#held.length > 0 || rest.length > this.#shared.room(this.#slot)) {
      this.#held.push(rest);
      this.#socket.pause();
      this.#flag(FLAG.HELD);
      // The program may have made room between the two: then it did not know that anything is held.
      this.taken();
      return;
    }
    this.#put(rest);
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
    for (let first = this.#held[0]; first; first = this.#held[0]) {
      const room = this.#shared.room(this.#slot);
      if (room === 0) return;
      this.#put(first.subarray(0, room));
      if (room < first.length) this.#held[0] = first.subarray(room);
      else this.#held.shift();
    }
    this.#clear(FLAG.HELD);
    if (this.#ended) this.#flag(FLAG.PEER_CLOSED);
    this.#socket.resume();
    this.#shared.wake();
  }

  #peerClosed(): void {
    this.#ended = true;
    if (this.#held.length === 0) this.#flag(FLAG.PEER_CLOSED);
  }

  send(bytes: Uint8Array): void {
    this.#fromBoard.carry(() => {
      const rest = this.#afterCut('from-board', bytes);
      this.#socket.write(rest, () => this.#sent(bytes.length));
    });
  }

  #sent(count: number): void {
    if (this.#shut) return;
    this.#shared.add(this.#shared.slotWord(this.#slot, SLOT.SENDING), -count);
    this.#shared.wake();
  }

  /** What the air lets through of a piece; the connection dies with the last byte that it does. */
  #afterCut(direction: Cut['direction'], bytes: Uint8Array): Uint8Array {
    if (this.#cut?.direction !== direction) return bytes;
    const left = this.#cut.bytes - this.#passed;
    this.#passed += bytes.length;
    if (bytes.length < left) return bytes;
    this.#air.counts.cuts += 1;
    // Written before the reset, so that exactly this much arrives.
    queueMicrotask(() => this.abort(ERRNO.ECONNRESET));
    return bytes.subarray(0, Math.max(0, left));
  }

  resume(): void {
    this.#toBoard.resume();
    this.#fromBoard.resume();
    if (this.#held.length === 0) this.#socket.resume();
  }

  /** Ends the connection at once; the program sees `errno`. */
  abort(errno: number): void {
    this.#socket.resetAndDestroy();
    this.#toBoard.close();
    this.#fromBoard.close();
    this.#fail(errno);
  }

  /** The program's close(): what it sent still goes out, what comes is nobody's. */
  close(): void {
    this.#shut = true;
    this.#held = [];
    this.#toBoard.close();
    this.#socket.resume();
    const linger = this.#air.clock.alarm(LINGER_MS, () => this.#socket.destroy());
    this.#socket.once('close', () => linger.cancel());
    this.#fromBoard.carry(() => this.#socket.end());
  }

  /** Power off. */
  destroy(): void {
    this.#shut = true;
    this.#toBoard.close();
    this.#fromBoard.close();
    this.#socket.resetAndDestroy();
  }
}
