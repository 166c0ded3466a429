/** Stores that do as a test tells them. */
import { MemoryStore } from '../../src/store/memory.ts';
import type { PackedSamples } from '../../src/store/packed.ts';
import type { StoredSample, StoredText } from '../../src/store/store.ts';

/** Keeps what it was given as it came, and settles each batch when it is told to. */
export class SlowStore extends MemoryStore {
  /** How many samples each batch had. */
  readonly batches: number[] = [];
  /** The most bytes that a batch had. */
  most = 0;
  readonly samples: StoredSample[] = [];
  readonly stored: StoredText[] = [];
  /** Whether it goes on by itself. */
  free = false;
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];

  protected override async _append(samples: PackedSamples, texts: readonly StoredText[]): Promise<void> {
    this.batches.push(samples.length);
    this.most = Math.max(this.most, samples.bytes);
    if (!this.free) {
      await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    }
    // Only now, as a thread would: what was changed meanwhile shows.
    for (const sample of samples) this.samples.push(sample);
    this.stored.push(...texts);
  }

  finish(): void {
    this.#waiting.shift()?.resolve();
  }

  fail(error: unknown): void {
    this.#waiting.shift()?.reject(error);
  }

  /** From now on it does not let itself be waited for. */
  release(): void {
    this.free = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }
}
