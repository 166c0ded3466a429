import type { Clock } from '../../clock.ts';
import type { Inside } from '../inside.ts';

/** What becomes of a program on trial, as the board says. */
export class Verdict {
  readonly #end = Promise.withResolvers<'good' | { why: string }>();
  readonly #close: () => void;
  readonly #clock: Clock;
  /** The board takes it, and has forgotten what failed before: from now on a failure is this one's. */
  isTaken = false;
  /** The board has started with it. */
  hasBegun = false;

  constructor(board: string, id: string, { programs, clock }: Inside) {
    this.#clock = clock;
    this.#close = programs.watch(board, ({ id: runs, trial, failed }) => {
      const hasFailed = failed?.id === id && this.isTaken;
      if (runs !== id && !hasFailed) return;
      this.hasBegun = true;
      if (runs !== id) this.#end.resolve({ why: failed?.why ?? '' });
      else if (!trial) this.#end.resolve('good');
    });
  }

  /** @returns undefined when there is none by then */
  async within(ms: number, signal: AbortSignal | undefined): Promise<'good' | { why: string } | undefined> {
    const over = Promise.withResolvers<undefined>();
    const alarm = this.#clock.alarm(ms, () => over.resolve(undefined));
    const left = () => over.resolve(undefined);
    if (signal?.aborted) left();
    signal?.addEventListener('abort', left, { once: true });
    try {
      return await Promise.race([this.#end.promise, over.promise]);
    } finally {
      alarm.cancel();
      signal?.removeEventListener('abort', left);
    }
  }

  close(): void {
    this.#close();
  }
}
