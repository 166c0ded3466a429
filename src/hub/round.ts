import { type Layout, PackedSamples } from '../store/packed.ts';
import type { Ack, StoredText } from '../store/store.ts';

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
  /** Of one whose samples are numbered, asked once a round, before it is stored: up to where they are stored with it. */
  seal?(): Ack;
  /** Told once a round, when the round is over. */
  sealed?(outcome: Outcome): void;
}

/** What a text costs besides its characters, and what is noted of who brought something; bytes, roughly. */
const TEXT_BYTES = 128;
const RUN_BYTES = 32;

/** What is stored together: samples and texts from everybody, in the order in which they came. Reused when it is settled. */
export class Round {
  /** Which round it is, from 1 on. */
  number = 0;
  readonly texts: StoredText[] = [];
  #samples = new PackedSamples();
  // Who brought what: a run for all that one sender brought at a time.
  #senders: Sender[] = [];
  #sampleCounts: number[] = [];
  #textCounts: number[] = [];
  readonly #numbered = new Set<Sender>(); // those whose samples are numbered
  #otherBytes = 0;
  #done: PromiseWithResolvers<void> | undefined;

  get samples(): PackedSamples {
    return this.#samples;
  }

  get isEmpty(): boolean {
    return this.#senders.length === 0;
  }

  /** About what it costs, in bytes. */
  get bytes(): number {
    return this.#samples.bytes + this.#otherBytes;
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
    if (sender.seal) this.#numbered.add(sender);
    this.#senders.push(sender);
    this.#sampleCounts.push(samples);
    this.#textCounts.push(texts);
    this.#otherBytes += RUN_BYTES;
  }

  /** What its numbered samples raise, asked once: when nothing more comes into it. */
  seal(): Ack[] {
    return [...this.#numbered].map((sender) => sender.seal?.()).filter((ack) => ack !== undefined);
  }

  /** Tells every sender. */
  settle(outcome: Outcome): void {
    this.#senders.forEach((sender, run) => {
      sender.settled(this.#sampleCounts[run] as number, this.#textCounts[run] as number, outcome);
    });
    for (const sender of this.#numbered) sender.sealed?.(outcome);
  }

  /**
   * Takes out whatever senders of numbered samples have in another round, too: that one failed, and what follows its samples
   * must not be stored without them. They are told that it is lost.
   */
  stripNumberedOf(other: Round): void {
    const lost = other.#numbered;
    if ([...lost].every((sender) => !this.#numbered.has(sender))) return;
    const kept = new PackedSamples();
    this.forEachSample((sender, layout, at, first) => {
      if (lost.has(sender)) return;
      kept.add(
        layout,
        at,
        layout.metrics.map((_, i) => this.#samples.valueAt(first + i)),
      );
    });
    this.#samples = kept;
    const [senders, sampleCounts, textCounts] = [this.#senders, this.#sampleCounts, this.#textCounts];
    this.#senders = [];
    this.#sampleCounts = [];
    this.#textCounts = [];
    this.#otherBytes -= RUN_BYTES * senders.length;
    senders.forEach((sender, run) => {
      const [samples, texts] = [sampleCounts[run] as number, textCounts[run] as number];
      if (lost.has(sender)) sender.settled(samples, texts, 'STORE_FAILED');
      else this.took(sender, samples, texts);
    });
    for (const sender of lost) this.#numbered.delete(sender);
  }

  /** Every sample with who sent it. */
  forEachSample(visit: (sender: Sender, layout: Layout, at: number, first: number) => void): void {
    let run = -1;
    let left = 0;
    this.#samples.forEach((layout, at, first) => {
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
    this.#samples.clear();
    this.texts.length = 0;
    this.#senders.length = 0;
    this.#sampleCounts.length = 0;
    this.#textCounts.length = 0;
    this.#numbered.clear();
    this.#otherBytes = 0;
  }
}
