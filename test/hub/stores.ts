/** Stores that do as a test tells them. */
import { MemoryStore } from '../../src/store/memory.ts';
import type { PackedSamples } from '../../src/store/packed.ts';
import type { Ack, StoredSample, StoredText } from '../../src/store/store.ts';

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

/** What survives the hub: the samples that were stored, in their order, and up to which number. */
export class Disk {
  readonly samples: StoredSample[] = [];
  readonly #acks = new Map<string, Map<string, number>>();

  acksOf(board: string): Ack[] {
    return [...(this.#acks.get(board) ?? [])].map(([boot, seq]) => ({ board, boot, seq })).reverse();
  }

  commit(samples: readonly StoredSample[], acks: readonly Ack[]): void {
    this.samples.push(...samples);
    for (const { board, boot, seq } of acks) {
      const known = this.#acks.get(board) ?? new Map<string, number>();
      known.set(boot, Math.max(seq, known.get(boot) ?? 0));
      this.#acks.set(board, known);
    }
  }
}

/** A store on such a disk, which settles each batch when it is told to: whole, or not at all. */
export class DiskStore extends MemoryStore {
  readonly disk: Disk;
  /** Whether it goes on by itself. */
  free = false;
  /** Whether it fails by itself. */
  broken = false;
  asked = 0;
  #waiting: ((isStored: boolean) => void)[] = [];
  #acksWaiting: (() => void)[] | undefined;

  constructor(disk = new Disk()) {
    super();
    this.disk = disk;
  }

  /** Batches that are not settled: one at most, of the hub. */
  get waiting(): number {
    return this.#waiting.length;
  }

  protected override async _append(
    samples: PackedSamples,
    _texts: readonly StoredText[],
    acks: readonly Ack[],
  ): Promise<void> {
    const isStored =
      (this.free && !this.broken) ||
      (!this.broken && (await new Promise<boolean>((resolve) => this.#waiting.push(resolve))));
    if (!isStored) throw new Error('disk full');
    // Only now, as a thread would: what was changed meanwhile shows.
    this.disk.commit([...samples], acks);
  }

  protected override async _acks(board: string): Promise<Ack[]> {
    this.asked++;
    const acks = this.disk.acksOf(board); // as they are now, whenever that is heard
    const waiting = this.#acksWaiting;
    if (waiting) await new Promise<void>((resolve) => waiting.push(resolve));
    return acks;
  }

  finish(): void {
    this.#waiting.shift()?.(true);
  }

  fail(): void {
    this.#waiting.shift()?.(false);
  }

  /** From here on it does not answer. */
  holdAcks(): void {
    this.#acksWaiting ??= [];
  }

  releaseAcks(): void {
    const waiting = this.#acksWaiting;
    this.#acksWaiting = undefined;
    for (const resolve of waiting ?? []) resolve();
  }

  /** From now on it does not let itself be waited for. */
  release(): void {
    this.free = true;
    for (const resolve of this.#waiting.splice(0)) resolve(true);
  }
}
