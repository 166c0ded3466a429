import type { Alarm, Clock } from '../clock.ts';

/** Milliseconds that a reader may take nothing of a long answer. A person reads a page of `less` in less. */
const STALL_MS = 10 * 60_000;

/** So many pieces of long work at a time, and no more. */
export class Limit {
  readonly #most: number;
  #busy = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns gives the place back, harmless when repeated; undefined when there is none */
  take(): (() => void) | undefined {
    if (this.#busy >= this.#most) return undefined;
    this.#busy++;
    let isHeld = true;
    return () => {
      if (isHeld) this.#busy--;
      isHeld = false;
    };
  }
}

/**
 * What a generator gives, as the body of an answer: pulled, so that no more is made than the reader takes. The generator
 * is ended when the reader goes, or takes nothing for ten minutes.
 * @param over called when it has ended, however that came about
 */
export function streamOf(
  parts: AsyncGenerator<Uint8Array, void>,
  clock: Clock,
  over: () => void | Promise<void>,
): ReadableStream<Uint8Array> {
  let stall: Alarm | undefined;
  // Not left to a `finally` of the generator: one that never began would not run it.
  const end = () => parts.return().finally(over);
  const watch = (controller: ReadableStreamDefaultController) => {
    stall = clock.alarm(STALL_MS, () => {
      controller.error(new Error('the reader takes nothing'));
      end().catch(() => {});
    });
  };
  return new ReadableStream<Uint8Array>(
    {
      start: watch,
      async pull(controller) {
        stall?.cancel();
        try {
          const { done, value } = await parts.next();
          if (!done) {
            controller.enqueue(value);
            watch(controller);
            return;
          }
        } catch (error) {
          await over();
          throw error;
        }
        await over();
        controller.close();
      },
      async cancel() {
        stall?.cancel();
        await end();
      },
    },
    { highWaterMark: 0 },
  );
}
