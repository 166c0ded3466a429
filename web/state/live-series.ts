import { type Signal, signal } from '@preact/signals';
import { append, asNumber, type Drawn, emptySeries, forgetHalf, history } from './history.ts';
import { connection, onMessage } from './socket.ts';
import { hubNow } from './time.ts';

/** Points that a chart keeps; then the store is asked anew for as many as it has pixels. */
const MOST = 5_000;

/** Series that a board's view draws: their past from the store, and what comes after it as it comes. */
export class LiveSeries {
  /** Rises whenever something came. */
  readonly version: Signal<number> = signal(0);
  readonly failed: Signal<string | undefined> = signal<string | undefined>(undefined);
  readonly #board: string;
  readonly #series = new Map<string, Drawn>();
  readonly #stop: (() => void)[];
  #metrics: readonly string[] = [];
  #rangeMs = 0;
  /** Whether the hub tells of everything that comes: only then is the past, read after it, without a hole. */
  #isFollowing = false;
  #loading = 0;
  #came: [t: number, metric: string, value: number][] = []; // while the past is on its way
  #isScheduled = false;

  constructor(board: string) {
    this.#board = board;
    this.#stop = [
      onMessage((message) => {
        if (!('ch' in message) || message.ch !== `board:${board}`) return;
        // From here on everything comes: what was before it, in an outage or while the page was behind, the past has.
        if ('card' in message) {
          this.#isFollowing = true;
          void this.load(this.#metrics, this.#rangeMs);
        }
        if (!('events' in message)) return;
        for (const event of message.events) {
          if (!Array.isArray(event)) continue;
          const [, t, values] = event;
          for (const metric in values) {
            const value = asNumber(values[metric]);
            if (value !== undefined) this.#take(t, metric, value);
          }
        }
      }),
      connection.subscribe((state) => {
        if (state !== 'open') this.#isFollowing = false;
      }),
    ];
  }

  of(metric: string): Drawn | undefined {
    return this.#series.get(metric);
  }

  /** Reads the past of these metrics anew, as soon as what follows it comes. */
  async load(metrics: readonly string[], rangeMs: number): Promise<void> {
    this.#metrics = metrics;
    this.#rangeMs = rangeMs;
    if (!this.#isFollowing || metrics.length === 0) return;
    const turn = ++this.#loading;
    this.#came = [];
    const to = hubNow();
    const points = Math.min(Math.max(Math.round(innerWidth), 300), 1_500);
    try {
      const read = await Promise.all(
        metrics.map(
          async (metric) =>
            [metric, await history(this.#board, metric, to - rangeMs, to + 60_000, points)] as const,
        ),
      );
      if (turn !== this.#loading) return;
      this.failed.value = undefined;
      this.#series.clear();
      for (const [metric, series] of read) this.#series.set(metric, series ?? emptySeries());
    } catch (error) {
      if (turn !== this.#loading) return; // a later look at it is on its way
      this.failed.value = error instanceof Error ? error.message : String(error);
      for (const series of this.#series.values()) if (series.t.length > MOST) forgetHalf(series);
    }
    const came = this.#came;
    this.#came = [];
    this.#loading = 0;
    for (const [t, metric, value] of came) this.#take(t, metric, value);
    this.#tell();
  }

  end(): void {
    for (const stop of this.#stop) stop();
  }

  #take(t: number, metric: string, value: number): void {
    const series = this.#series.get(metric);
    if (this.#loading > 0) {
      if (this.#came.length < MOST) this.#came.push([t, metric, value]);
      return;
    }
    if (!series) return;
    append(series, t, value);
    if (series.t.length > MOST) void this.load(this.#metrics, this.#rangeMs);
    this.#tell();
  }

  /** Once a frame, however much comes. */
  #tell(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.version.value++;
    });
  }
}
