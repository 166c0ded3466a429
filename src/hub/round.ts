import { type Layout, PackedSamples } from '../store/packed.ts';
import type { StoredText } from '../store/store.ts';

/** What became of a round. */
export type Outcome = 'STORED' | 'STORE_FAILED';

/** Who brought something into a round, and learns what became of it. */
export interface Sender {
  /** `HOST:PORT`. */
  readonly address: string;
  /** The number of the last round that has something of it. For the intake alone. */
  round: number;
  /** So many of its samples and texts, which stand behind one another in the round, are settled. */
  settled(samples: number, texts: number, outcome: Outcome): void;
}

/** What a text costs besides its characters, and what is noted of who brought something; bytes, roughly. */
const TEXT_BYTES = 128;
const RUN_BYTES = 32;

/** What is stored together: samples and texts from everybody, in the order in which they came. Reused when it is settled. */
export class Round {
  /** Which round it is, from 1 on. */
  number = 0;
  readonly samples = new PackedSamples();
  readonly texts: StoredText[] = [];
  // Who brought what: a run for all that one sender brought at a time.
  readonly #senders: Sender[] = [];
  readonly #sampleCounts: number[] = [];
  readonly #textCounts: number[] = [];
  #otherBytes = 0;
  #done: PromiseWithResolvers<void> | undefined;

  get isEmpty(): boolean {
    return this.#senders.length === 0;
  }

  /** About what it costs, in bytes. */
  get bytes(): number {
    return this.samples.bytes + this.#otherBytes;
  }

  addText(text: StoredText): void {
    this.texts.push(text);
    this.#otherBytes += TEXT_BYTES + 2 * text.text.length;
  }

  /** Notes whose the newest samples and texts are. */
  took(sender: Sender, samples: number, texts: number): void {
    sender.round = this.number;
    const last = this.#senders.length - 1;
    if (this.#senders[last] === sender) {
      (this.#sampleCounts[last] as number) += samples;
      (this.#textCounts[last] as number) += texts;
      return;
    }
    this.#senders.push(sender);
    this.#sampleCounts.push(samples);
    this.#textCounts.push(texts);
    this.#otherBytes += RUN_BYTES;
  }

  /** Tells every sender. */
  settle(outcome: Outcome): void {
    this.#senders.forEach((sender, run) => {
      sender.settled(this.#sampleCounts[run] as number, this.#textCounts[run] as number, outcome);
    });
  }

  /** Every sample with who sent it. */
  forEachSample(visit: (sender: Sender, layout: Layout, at: number, first: number) => void): void {
    let run = -1;
    let left = 0;
    this.samples.forEach((layout, at, first) => {
      while (left === 0) left = this.#sampleCounts[++run] as number;
      left--;
      visit(this.#senders[run] as Sender, layout, at, first);
    });
  }

  /** Resolves when it is settled. One promise for all who wait. */
  get done(): Promise<void> {
    this.#done ??= Promise.withResolvers();
    return this.#done.promise;
  }

  /** Empty again; the memory is kept. Whoever waited for it goes on. */
  clear(): void {
    this.#done?.resolve();
    this.#done = undefined;
    this.samples.clear();
    this.texts.length = 0;
    this.#senders.length = 0;
    this.#sampleCounts.length = 0;
    this.#textCounts.length = 0;
    this.#otherBytes = 0;
  }
}
