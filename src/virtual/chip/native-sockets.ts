/** The socket functions of `_host`: everything that can be answered from shared memory, in the worker thread. */
import { ERRNO } from '../errno.ts';
import { DATAGRAM_HEADER, FLAG, SEND_BUFFER, SLOT, SOCKETS, takeRing, WORD } from '../shared.ts';
import type { Native } from './native.ts';

const POLL = { IN: 1, OUT: 4, ERR: 8, HUP: 16, NVAL: 32 } as const;
const MSG_PEEK = 1;
const MSG_DONTWAIT = 8;

export class NativeSockets {
  readonly #native: Native;
  /** An object a slot that Python's socket holds: once it is collected, the socket is, and the slot is freed. */
  readonly #tokens: (object | undefined)[] = Array.from({ length: SOCKETS });
  /** Sender of the last datagram taken, "address:port". */
  #sender = '';

  constructor(native: Native) {
    this.#native = native;
    native.afterCollection.push(() => this.#freeCollected());
  }

  #word(slot: number, word: number): number {
    return this.#native.shared.slotWord(slot, word);
  }

  #get(slot: number, word: number): number {
    return this.#native.shared.get(this.#word(slot, word));
  }

  flags(slot: number): number {
    return this.#get(slot, SLOT.FLAGS);
  }

  token(slot: number): object {
    const token = { slot };
    this.#tokens[slot] = token;
    return token;
  }

  #freeCollected(): void {
    // The build's own table of objects that Python holds.
    const held = (globalThis as unknown as { proxy_js_ref_map: Map<object, number> }).proxy_js_ref_map;
    for (const [slot, token] of this.#tokens.entries()) if (token && !held.has(token)) this.close(slot);
  }

  close(slot: number): void {
    if (!this.#tokens[slot]) return;
    this.#tokens[slot] = undefined;
    this.#native.post({ kind: 'shut', slot });
  }

  /** The pending error of a slot, taken: each is told once. */
  takeError(slot: number): number {
    return Atomics.exchange(this.#native.shared.words, this.#word(slot, SLOT.ERROR), 0);
  }

  #timedOut(deadline: number): number {
    return -(deadline === 0 ? ERRNO.EAGAIN : ERRNO.ETIMEDOUT);
  }

  /** Waits for the connection that `connect` began. */
  connected(slot: number, deadline: number): number {
    const result = this.#native.waitFor(() => {
      if (this.flags(slot) & FLAG.ESTABLISHED) return 1;
      return -this.takeError(slot);
    }, deadline);
    if (result === 1) return 0;
    if (result !== 0) return result;
    return deadline === 0 ? -ERRNO.EINPROGRESS : -ERRNO.ETIMEDOUT;
  }

  /** Waits for the end of the TLS handshake. */
  secured(slot: number, deadline: number): number {
    const result = this.#native.waitFor(() => {
      const flags = this.flags(slot);
      const error = this.takeError(slot);
      if (error) return -error;
      return flags & FLAG.SECURING ? 0 : 1;
    }, deadline);
    return result === 1 ? 0 : result === 0 ? this.#timedOut(deadline) : result;
  }

  /** Waits until accept() has something to take. */
  acceptable(slot: number, deadline: number): number {
    const result = this.#native.waitFor(() => (this.#get(slot, SLOT.ACCEPTABLE) > 0 ? 1 : 0), deadline);
    return result === 1 ? 0 : result === 0 ? this.#timedOut(deadline) : result;
  }

  /** Receives into the interpreter's memory: the number of bytes, 0 at the end of a stream. */
  receive(slot: number, address: number, length: number, flags: number, deadline: number): number {
    this.#native.poll();
    const stream = (this.flags(slot) & FLAG.STREAM) !== 0;
    Atomics.and(this.#native.shared.words, this.#word(slot, SLOT.FLAGS), ~FLAG.SHOOK);
    if (
      stream &&
      !(this.flags(slot) & (FLAG.CONNECTED | FLAG.PEER_CLOSED | FLAG.DEAD | FLAG.LISTENING | FLAG.BOUND))
    ) {
      return -ERRNO.ENOTCONN;
    }
    const until = flags & MSG_DONTWAIT ? 0 : deadline;
    const result = this.#native.waitFor(() => {
      const taken = stream
        ? this.#takeStream(slot, address, length, (flags & MSG_PEEK) !== 0)
        : this.#takeDatagram(slot, address, length, (flags & MSG_PEEK) !== 0);
      // waitFor's 0 means "not yet"; shift what was received by one.
      return taken === undefined ? 0 : taken >= 0 ? taken + 1 : taken;
    }, until);
    if (result > 0) return result - 1;
    return result === 0 ? this.#timedOut(until) : result;
  }

  #takeStream(slot: number, address: number, length: number, peek: boolean): number | undefined {
    const { shared } = this.#native;
    const from = this.#get(slot, SLOT.TAKEN);
    const waiting = (this.#get(slot, SLOT.RECEIVED) - from) | 0;
    if (waiting > 0 && length > 0) {
      const count = Math.min(waiting, length);
      takeRing(shared.ring(slot), from, this.#native.bytes(address, count));
      if (!peek) this.#took(slot, count);
      return count;
    }
    const flags = this.flags(slot);
    // Bytes that the main thread still holds come before the end or the reset that it has already seen.
    if (flags & FLAG.HELD) return undefined;
    const error = this.takeError(slot);
    if (error) return -error;
    if (flags & FLAG.PEER_CLOSED || length === 0) return 0;
    return flags & FLAG.DEAD ? -ERRNO.ENOTCONN : undefined;
  }

  #takeDatagram(slot: number, address: number, length: number, peek: boolean): number | undefined {
    const { shared } = this.#native;
    if (this.#get(slot, SLOT.DATAGRAMS) === 0) return undefined;
    const from = this.#get(slot, SLOT.TAKEN);
    const ring = shared.ring(slot);
    const header = new Uint8Array(DATAGRAM_HEADER);
    takeRing(ring, from, header);
    const view = new DataView(header.buffer);
    const size = view.getUint16(0);
    this.#sender = `${header.subarray(4).join('.')}:${view.getUint16(2)}`;
    const count = Math.min(size, length);
    takeRing(ring, from + DATAGRAM_HEADER, this.#native.bytes(address, count));
    if (!peek) {
      // What does not fit the program's buffer is gone, as on the chip.
      this.#took(slot, DATAGRAM_HEADER + size);
      shared.add(this.#word(slot, SLOT.DATAGRAMS), -1);
    }
    return count;
  }

  #took(slot: number, count: number): void {
    this.#native.shared.add(this.#word(slot, SLOT.TAKEN), count);
    if (this.flags(slot) & FLAG.HELD) this.#native.post({ kind: 'taken', slot });
  }

  sender(): string {
    return this.#sender;
  }

  /** Sends what fits lwIP's send buffer, waiting until anything does: the number of bytes handed over. */
  send(slot: number, address: number, length: number, deadline: number): number {
    this.#native.poll();
    const result = this.#native.waitFor(() => {
      // Flags first: whoever ends the connection sets the error before them.
      const flags = this.flags(slot);
      const error = this.takeError(slot);
      if (error) return -error;
      if (!(flags & FLAG.CONNECTED)) return flags & FLAG.CONNECTING ? 0 : -ERRNO.ENOTCONN;
      if (flags & FLAG.SECURING) return 0;
      if (length === 0) return 1;
      const room = SEND_BUFFER - this.#get(slot, SLOT.SENDING);
      if (room <= 0) return 0;
      const count = Math.min(room, length);
      const bytes = this.#native.bytes(address, count).slice();
      this.#native.shared.add(this.#word(slot, SLOT.SENDING), count);
      this.#native.post({ kind: 'send', slot, bytes }, [bytes.buffer]);
      // Not bytes.length: what has been transferred has none any more.
      return count;
    }, deadline);
    if (result > 0) return length === 0 ? 0 : result;
    return result === 0 ? this.#timedOut(deadline) : result;
  }

  /** Sends one datagram; the address is numeric. */
  sendTo(slot: number, at: number, length: number, address: string, port: number, deadline: number): number {
    this.#native.poll();
    const result = this.#native.waitFor(() => {
      const error = this.takeError(slot);
      if (error) return -error;
      if (this.#native.shared.get(WORD.ROUTE) === 0) return -ERRNO.EHOSTUNREACH;
      if (this.#get(slot, SLOT.SENDING) > 4 * SEND_BUFFER) return 0;
      const bytes = this.#native.bytes(at, length).slice();
      this.#native.shared.add(this.#word(slot, SLOT.SENDING), length);
      this.#native.post({ kind: 'sendto', slot, address, port, bytes }, [bytes.buffer]);
      return length + 1;
    }, deadline);
    if (result > 0) return result - 1;
    return result === 0 ? this.#timedOut(deadline) : result;
  }

  /** Readiness of a slot, in the bits of `select.poll`. */
  ready(slot: number, wanted: number): number {
    const flags = this.flags(slot);
    if (!(flags & FLAG.OPEN)) return POLL.NVAL;
    const waiting = (this.#get(slot, SLOT.RECEIVED) - this.#get(slot, SLOT.TAKEN)) | 0;
    const failed = this.#get(slot, SLOT.ERROR) !== 0;
    let ready = 0;
    if (
      waiting > 0 ||
      flags & (FLAG.PEER_CLOSED | FLAG.SHOOK) ||
      this.#get(slot, SLOT.ACCEPTABLE) > 0 ||
      failed
    )
      ready |= POLL.IN;
    if (flags & FLAG.STREAM) {
      const open = (flags & (FLAG.CONNECTED | FLAG.SECURING)) === FLAG.CONNECTED;
      if (open && this.#get(slot, SLOT.SENDING) < SEND_BUFFER) ready |= POLL.OUT;
      if (failed || (flags & FLAG.DEAD && waiting <= 0)) ready |= POLL.OUT;
      const fresh = !(flags & (FLAG.CONNECTED | FLAG.CONNECTING | FLAG.BOUND | FLAG.LISTENING | FLAG.DEAD));
      // A new socket is writable and hung up, as modsocket.c says.
      if (fresh) return (ready | POLL.OUT | POLL.HUP) & (wanted | POLL.HUP);
    } else {
      ready |= POLL.OUT;
    }
    return (ready & wanted) | (failed ? POLL.ERR : 0);
  }

  /**
   * Waits until one of the slots is ready. `json` is `[[slot, wanted], …]`; the answer is the same list with what is
   * ready, or `null` when a handler must run first.
   */
  select(json: string, deadline: number, serial: boolean): string {
    const wanted = JSON.parse(json) as [number, number][];
    let found: [number, number][] = [];
    const result = this.#native.waitFor(() => {
      found = wanted
        .map(([slot, mask]) => [slot, this.ready(slot, mask)] as [number, number])
        .filter(([, mask]) => mask);
      return found.length || (serial && this.#native.serial.inputWaiting > 0 ? 1 : 0);
    }, deadline);
    return result < 0 ? 'null' : JSON.stringify(found);
  }
}
