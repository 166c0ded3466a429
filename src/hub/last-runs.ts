import type { Json, JsonObject } from '../wire/index.ts';

/** Bytes of JSON that are kept of a command: what a page shows of it. */
const MOST_BYTES = 512;

/** How a command ran last. */
export interface LastRun {
  args: JsonObject;
  result: Json;
  /** Milliseconds since 1970 UTC. */
  at: number;
}

/** Of each command that a board has announced, how it ran last since the board was started. */
export class LastRuns {
  readonly #runs = new Map<string, string>(); // as JSON: everybody gets a copy

  /** It was done. What is too long is not kept, and what was kept before is not true any more. */
  ran(name: string, run: LastRun): void {
    const text = JSON.stringify(run);
    if (Buffer.byteLength(text) <= MOST_BYTES) this.#runs.set(name, text);
    else this.#runs.delete(name);
  }

  of(name: string): LastRun | undefined {
    const text = this.#runs.get(name);
    return text === undefined ? undefined : (JSON.parse(text) as LastRun);
  }

  /** The board has started again. */
  clear(): void {
    this.#runs.clear();
  }
}
