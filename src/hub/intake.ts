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

interface Waiting {
  samples: readonly StoredSample[];
  texts: readonly StoredText[];
  resolve: (outcome: Promise<Outcome>) => void;
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
  #waiting: Waiting[] = [];
  #closed = false;

  constructor(store: Store, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /**
   * Resolves when the store has accepted the batch, or with the reason why it never will. Never rejects.
   * @param patient waits for room where there is none: for a sender that is not read from meanwhile, so that what
   *   waits here is bounded by the number of connections. Others are told STORE_BEHIND.
   */
  add(samples: readonly StoredSample[], texts: readonly StoredText[], patient = false): Promise<Outcome> {
    if (this.#closed) return Promise.resolve('STORE_FAILED');
    // In order: as long as somebody waits for room, nobody who is patient overtakes.
    if (this.#waiting.length === 0 && this.#hasRoom(samples.length + texts.length))
      return this.#put(samples, texts);
    if (!patient) return Promise.resolve('STORE_BEHIND');
    return new Promise((resolve) => this.#waiting.push({ samples, texts, resolve }));
  }

  /** A batch that is alone always has room: it is as large as its sender's message may be. */
  #hasRoom(count: number): boolean {
    const { samples = [], texts = [] } = this.#next ?? {};
    const waiting = samples.length + texts.length;
    return waiting === 0 || waiting + count <= MAX_WAITING;
  }

  #put(samples: readonly StoredSample[], texts: readonly StoredText[]): Promise<Outcome> {
    this.#next ??= newRound();
    const round = this.#next;
    for (const sample of samples) round.samples.push(sample);
    for (const text of texts) round.texts.push(text);
    this.#running ??= this.#run();
    return round.done;
  }

  #admitWaiting(): void {
    let admitted = 0;
    for (const { samples, texts, resolve } of this.#waiting) {
      if (!this.#hasRoom(samples.length + texts.length)) break;
      resolve(this.#put(samples, texts));
      admitted++;
    }
    this.#waiting.splice(0, admitted);
  }

  /** Takes no more. Resolves when nothing waits any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let round = this.#next; round; round = this.#next) {
      this.#next = undefined;
      this.#admitWaiting();
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
