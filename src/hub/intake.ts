import type { Batch, Store, StoredSample, StoredText } from '../store/store.ts';

/** Samples and texts that may wait for the store. 20,000 lines of 100 bytes are some megabytes, and seconds of a slow disk. */
const MAX_WAITING = 20_000;

export type Outcome = 'STORED' | 'STORE_BEHIND' | 'STORE_FAILED';

interface Round {
  samples: StoredSample[];
  texts: StoredText[];
  done: Promise<Outcome>;
  settle: (outcome: Outcome) => void;
}

/**
 * The one way into the store. While one batch is on its way to the disk, all that comes meanwhile is gathered into the
 * next, whoever sent it: so a hundred boards share one fsync.
 */
export class Intake {
  #store: Store;
  #onError: (error: unknown) => void;
  #next: Round | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(store: Store, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Resolves when the store has accepted the batch, or with the reason why it never will. Never rejects. */
  add(samples: readonly StoredSample[], texts: readonly StoredText[]): Promise<Outcome> {
    if (this.#closed) return Promise.resolve('STORE_FAILED');
    this.#next ??= newRound();
    const round = this.#next;
    if (round.samples.length + round.texts.length + samples.length + texts.length > MAX_WAITING) {
      return Promise.resolve('STORE_BEHIND');
    }
    for (const sample of samples) round.samples.push(sample);
    for (const text of texts) round.texts.push(text);
    this.#running ??= this.#run();
    return round.done;
  }

  /** Takes no more. Resolves when nothing waits any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let round = this.#next; round; round = this.#next) {
      this.#next = undefined;
      round.settle(await this.#append(round));
    }
    this.#running = undefined;
  }

  async #append(batch: Batch): Promise<Outcome> {
    try {
      await this.#store.append(batch);
      return 'STORED';
    } catch (error) {
      this.#onError(error);
      return 'STORE_FAILED';
    }
  }
}

function newRound(): Round {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  return { samples: [], texts: [], done: promise, settle: resolve };
}
