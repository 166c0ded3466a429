/** A serial port with a board at it: opened, and opened again whenever it is gone. */
import { Duplex } from 'node:stream';
import { type Alarm, type Clock, systemClock } from '../clock.ts';
import { encodeNotification } from '../wire/index.ts';
import { StreamPeer } from './stream-peer.ts';
import type { Transport, TransportEvents } from './transport.ts';

/** Milliseconds until a port that could not be opened, or is gone, is tried again: a board's own USB is back half a second after a reset. */
const AGAIN_MS = 500;

export interface SerialOptions {
  /** What the port is called, and a board that says no name. */
  name: string;
  /** @throws KitelineError with a sentence */
  open: () => Promise<Duplex>;
  clock?: Clock;
}

/**
 * Has one peer at a time. What its board says in a session that an earlier hub had with it is not for this one: a `$bye` ends
 * that, and until the board has greeted us its numbered samples, which it sends again, are left out.
 */
export class SerialTransport implements Transport {
  readonly kind = 'serial';
  readonly host: string;
  readonly port = 0;
  readonly #open: () => Promise<Duplex>;
  readonly #clock: Clock;
  #events: TransportEvents | undefined;
  #peer: StreamPeer | undefined;
  #again: Alarm | undefined;
  #trouble = '';
  #isClosed = false;
  /** What is under way: an attempt to open it, or a peer until it is gone. */
  #busy: Promise<void> = Promise.resolve();

  constructor({ name, open, clock = systemClock }: SerialOptions) {
    this.host = name;
    this.#open = open;
    this.#clock = clock;
  }

  start(events: TransportEvents): void {
    if (this.#events) throw new Error('this transport was started already');
    this.#events = events;
    this.#busy = this.#try();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#again?.cancel();
    this.#peer?.close();
    await this.#busy;
  }

  async #try(): Promise<void> {
    let port: Duplex;
    try {
      port = await this.#open();
    } catch (error) {
      this.#tell(error);
      this.#tryAgain();
      return;
    }
    this.#trouble = '';
    port.on('error', (error) => this.#tell(error));
    // When the hub ends a session, the port stays: to close and open it resets many boards.
    while (!this.#isClosed && !port.destroyed) await this.#speak(port);
    port.destroy();
    this.#tryAgain();
  }

  /** One session after the other; resolves when it is over. */
  #speak(port: Duplex): Promise<void> {
    const events = this.#events as TransportEvents;
    const { host } = this;
    const line = new Line(port);
    const cut = () => line.destroy();
    const end = { transport: 'serial', host, port: 0, address: host, secure: false, reset: cut } as const;
    return new Promise((resolve) => {
      this.#peer = new StreamPeer(line, end, greeted(events, cut), this.#clock, () => {
        this.#peer = undefined;
        resolve();
      });
      events.opened(this.#peer);
      this.#peer.send(encodeNotification('$bye', { why: 'the hub begins anew' }));
    });
  }

  /** The same again and again is told once. */
  #tell(error: unknown): void {
    const sentence = error instanceof Error ? error.message : String(error);
    if (sentence === this.#trouble || this.#isClosed) return;
    this.#trouble = sentence;
    this.#events?.failed(error);
  }

  #tryAgain(): void {
    if (this.#isClosed) return;
    this.#again = this.#clock.alarm(AGAIN_MS, () => {
      this.#busy = this.#try();
    });
  }
}

/** A port for one session: it can end, and the port goes on. */
class Line extends Duplex {
  readonly #port: Duplex;
  readonly #data = (bytes: Uint8Array) => {
    if (!this.push(bytes)) this.#port.pause();
  };
  readonly #gone = () => this.destroy();

  constructor(port: Duplex) {
    super();
    this.#port = port;
    port.on('data', this.#data);
    port.once('close', this.#gone);
    port.once('error', this.#gone);
  }

  override _read(): void {
    this.#port.resume();
  }

  override _write(bytes: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#port.write(bytes, done);
  }

  override _final(done: () => void): void {
    done();
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.off('data', this.#data);
    this.#port.off('close', this.#gone);
    this.#port.off('error', this.#gone);
    done(error);
  }
}

/**
 * The same events, without what a board says to somebody before us.
 * @param anew the board begins anew, and will greet again
 */
function greeted(events: TransportEvents, anew: () => void): TransportEvents {
  let hellos = 0;
  return {
    admits: (host, port) => events.admits(host, port),
    opened: (peer) => events.opened(peer),
    messages: (peer, units) => {
      const ours = units.filter((unit) => {
        const text = Buffer.from(unit).toString('latin1');
        if (HELLO.test(text)) hellos++;
        return hellos > 0 || !NUMBERED.test(text);
      });
      if (ours.length < units.length) events.dropped(peer, 'LINE_CUT', units.length - ours.length);
      if (hellos > 1) anew();
      else if (ours.length > 0) return events.messages(peer, ours);
      return undefined;
    },
    finished: (peer) => events.finished(peer),
    dropped: (peer, reason, count) => events.dropped(peer, reason, count),
    closed: (peer, reason) => events.closed(peer, reason),
    failed: (error) => events.failed(error),
  };
}

const HELLO = /^\{.*"method":"hello"/;
/** A sample of a session; signed, too. */
const NUMBERED = /"\$seq":\d/;
