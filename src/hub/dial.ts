/** Boards that listen: the hub dials them, and dials again whenever the connection is gone. */
import type { Alarm, Clock } from '../clock.ts';
import { say } from '../language.ts';
import type { HostPort } from '../transport/address.ts';
import type { CloseReason, Peer } from '../transport/transport.ts';

/** How it stands with a board that is dialled. Plain data, a copy. */
export interface DialInfo {
  /** `tcp://HOST:PORT` */
  url: string;
  state: 'dialling' | 'connected';
  /** Why there is no connection, a sentence, once one has been tried for. */
  why?: string;
  /** Since when it is so, milliseconds since 1970 UTC. */
  since: number;
  /** How often it was tried since there was a connection. */
  tries: number;
  /** Our end's other side, while there is a connection: `HOST:PORT`. */
  address?: string;
}

/** What a dial does its work with. */
export interface DialParts {
  clock: Clock;
  /** Connects, and tells once of the connection's end. `signal`: it is not wanted any more. @throws KitelineError */
  open: (to: HostPort, signal: AbortSignal, closed: (why: CloseReason) => void) => Promise<Peer>;
  /** Told when what a person would be told changes. */
  changed: (info: DialInfo) => void;
  /** Told when it is closed. */
  over: (url: string) => void;
  /** Whether a peer has said hello. */
  isBoard: (peer: Peer) => boolean;
  /** Milliseconds within which one says hello that has done so before at this address; else what it says no longer comes here. */
  helloMs: number;
  /** 0 up to 1. */
  random?: () => number;
}

/** Milliseconds from a connection's end, or a failure, to the next try: doubles from the first to the second; half of it at random. */
const PAUSE = { least: 500, most: 5_000 } as const;
/** A connection that is still there after this is told of: a script that hangs up on everybody is not news every five seconds. */
const TOLD_MS = 1_000;

/** One board that is dialled, until `close()`. */
export class Dial {
  readonly url: string;
  readonly #to: HostPort;
  readonly #parts: DialParts;
  readonly #closing = new AbortController();
  #pause: number = PAUSE.least;
  #alarm: Alarm | undefined;
  #hello: Alarm | undefined;
  /** Some connection to it became a session; others, of programs that know of none, may be silent. */
  #wasBoard = false;
  #peer: Peer | undefined;
  #connectedAt = 0; // monotonic
  #tries = 0;
  #state: DialInfo['state'] = 'dialling';
  #why: string | undefined;
  #since: number;

  constructor(url: string, to: HostPort, parts: DialParts) {
    this.url = url;
    this.#to = to;
    this.#parts = parts;
    this.#since = parts.clock.now();
    void this.#dial();
  }

  get info(): DialInfo {
    return {
      url: this.url,
      state: this.#state,
      ...(this.#why !== undefined && { why: this.#why }),
      since: this.#since,
      tries: this.#tries,
      ...(this.#peer && { address: this.#peer.address }),
    };
  }

  /** Ends the connection after what was sent, and dials no more. Harmless when repeated. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#parts.over(this.url);
    this.#alarm?.cancel();
    this.#hello?.cancel();
    this.#peer?.close();
  }

  async #dial(): Promise<void> {
    this.#tries++;
    const { open, clock } = this.#parts;
    const { signal } = this.#closing;
    try {
      this.#peer = await open(this.#to, signal, (why) => this.#ended(why));
    } catch (error) {
      if (!signal.aborted) this.#again(error instanceof Error ? error.message : String(error));
      return;
    }
    if (signal.aborted) {
      this.#peer.close();
      return;
    }
    this.#connectedAt = clock.monotonic();
    if (this.#wasBoard) this.#expectHello(this.#peer);
    this.#alarm = clock.alarm(TOLD_MS, () => {
      this.#tries = 0;
      this.#is('connected', undefined);
    });
  }

  /** A board that lost its network or its power just then sends nothing more, and we send nothing that could show it. */
  #expectHello(peer: Peer): void {
    const { clock, helloMs, isBoard } = this.#parts;
    this.#hello = clock.alarm(helloMs, () => {
      if (!isBoard(peer)) peer.close();
    });
  }

  #ended(why: CloseReason): void {
    this.#hello?.cancel();
    if (this.#peer) this.#wasBoard ||= this.#parts.isBoard(this.#peer);
    if (this.#peer && this.#parts.clock.monotonic() - this.#connectedAt > this.#pause)
      this.#pause = PAUSE.least;
    this.#peer = undefined;
    this.#alarm?.cancel();
    if (this.#closing.signal.aborted) return;
    this.#again(
      why === 'CLOSED'
        ? say('The board has closed the connection.', '板子关闭了连接。')
        : say('The connection broke.', '连接中断。'),
    );
  }

  #again(why: string): void {
    this.#is('dialling', why);
    const { clock, random = Math.random } = this.#parts;
    const pause = Math.max(PAUSE.least, ((1 + random()) * this.#pause) / 2);
    this.#alarm = clock.alarm(pause, () => void this.#dial());
    this.#pause = Math.min(this.#pause * 2, PAUSE.most);
  }

  #is(state: DialInfo['state'], why: string | undefined): void {
    if (this.#state === state && this.#why === why) return;
    if (this.#state !== state) this.#since = this.#parts.clock.now();
    this.#state = state;
    this.#why = why;
    this.#parts.changed(this.info);
  }
}
