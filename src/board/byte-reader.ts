import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../clock.ts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { portGone } from './port-error.ts';

const NOTHING = Buffer.alloc(0);
const WRITE_MS = 30_000; // 115,200 baud carry 340 KB in that: a port that takes nothing for so long is stuck
/** Bytes that `until` keeps of what came before its marker. */
const KEPT = 8_192;

/** Reads a port piece by piece, no faster than somebody asks, and writes to it; every wait has an end. */
export class ByteReader {
  readonly port: Duplex & { readonly name: string };
  readonly clock: Clock;
  #rest: Buffer = NOTHING;
  #seen: Buffer = NOTHING;
  #failure: unknown;
  #over = false;
  #wake = () => {};

  constructor(port: Duplex & { readonly name: string }, clock = systemClock) {
    this.port = port;
    this.clock = clock;
    port.on('readable', this.#onReadable);
    port.on('error', this.#onError);
    port.on('end', this.#onEnd);
    port.on('close', this.#onEnd);
  }

  readonly #onReadable = (): void => this.#wake();
  readonly #onError = (error: unknown): void => {
    this.#failure = error;
    this.#wake();
  };
  readonly #onEnd = (): void => {
    this.#over = true;
    this.#wake();
  };

  /** Leaves the port to somebody else: whoever waits here, or writes, is told that it is gone. */
  release(): void {
    this.#onEnd();
    this.port.off('readable', this.#onReadable);
    this.port.off('error', this.#onError);
    this.port.off('end', this.#onEnd);
    this.port.off('close', this.#onEnd);
  }

  /**
   * What comes next, at least a byte.
   * @param ms undefined: for as long as it takes
   * @returns undefined when nothing came in time, or `signal` was aborted
   * @throws KitelineError CLOSED
   */
  async next(ms?: number, signal?: AbortSignal): Promise<Buffer | undefined> {
    const there = this.#take();
    if (there) return there;
    await new Promise<void>((resolve) => {
      const done = () => {
        alarm?.cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#wake = done;
      const alarm = ms === undefined ? undefined : this.clock.alarm(ms, done);
      signal?.addEventListener('abort', done);
      if (signal?.aborted) done();
    });
    return this.#take();
  }

  #take(): Buffer | undefined {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = NOTHING;
      return rest;
    }
    const bytes = this.port.read() as Buffer | null;
    if (bytes) return bytes;
    if (this.#over || this.port.destroyed) throw this.#gone();
    return undefined;
  }

  /** Whether a byte can be had at once. */
  get hasMore(): boolean {
    return this.#rest.length > 0 || this.port.readableLength > 0;
  }

  /** Puts back what was read too far. */
  unread(bytes: Buffer): void {
    if (bytes.length > 0) this.#rest = Buffer.concat([bytes, this.#rest]);
  }

  /** The next byte; undefined when none came in time. */
  async byte(ms: number): Promise<number | undefined> {
    const bytes = await this.next(ms);
    if (bytes) this.unread(bytes.subarray(1));
    return bytes?.[0];
  }

  /**
   * Everything up to and with `marker`, or the last of it.
   * @returns undefined when the marker did not come within `ms`; what did come is `seen`
   */
  async until(marker: string, ms: number): Promise<Buffer | undefined> {
    const end = this.clock.monotonic() + ms;
    const wanted = Buffer.from(marker, 'latin1');
    this.#seen = NOTHING;
    for (;;) {
      const left = end - this.clock.monotonic();
      const bytes = left > 0 ? await this.next(left) : undefined;
      if (!bytes) return undefined;
      const from = Math.max(0, this.#seen.length - wanted.length);
      const all = Buffer.concat([this.#seen, bytes]);
      const at = all.indexOf(wanted, from);
      if (at >= 0) {
        this.unread(all.subarray(at + wanted.length));
        return all.subarray(0, at + wanted.length);
      }
      this.#seen = all.subarray(-KEPT);
    }
  }

  /** What came while `until` waited in vain, the last of it. */
  get seen(): Buffer {
    return this.#seen;
  }

  /** Passes over what comes until nothing came for `quietMs`, for `mostMs` at most. @returns the last of it */
  async skip(quietMs: number, mostMs: number): Promise<Buffer> {
    const end = this.clock.monotonic() + mostMs;
    let last: Buffer = NOTHING;
    while (this.clock.monotonic() < end) {
      const bytes = await this.next(quietMs);
      if (!bytes) break;
      last = Buffer.concat([last, bytes]).subarray(-KEPT);
    }
    return last;
  }

  /** @throws KitelineError CLOSED, TIMEOUT when the port takes nothing any more */
  send(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#over || this.port.destroyed) {
        reject(this.#gone());
        return;
      }
      const settle = (error?: unknown) => {
        alarm.cancel();
        this.port.off('close', gone);
        if (error) reject(error);
        else resolve();
      };
      const gone = () => settle(this.#gone());
      const alarm = this.clock.alarm(WRITE_MS, () => settle(stuck(this.port.name)));
      this.port.once('close', gone);
      this.port.write(bytes, (error) => settle(error && this.#gone(error)));
    });
  }

  #gone(cause: unknown = this.#failure): unknown {
    return cause instanceof KitelineError && cause.code === 'CLOSED'
      ? cause
      : portGone(this.port.name, cause);
  }
}

const stuck = (name: string): KitelineError =>
  new KitelineError('TIMEOUT', say(`${name} takes no more bytes.`, `${name} 不再接收数据。`));
