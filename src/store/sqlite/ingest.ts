import { KIND } from '../chunk/index.ts';
import { PackedSamples } from '../packed.ts';
import type { StoreCounts } from '../store.ts';
import type { BoundLayout, Catalog } from './catalog.ts';
import type { Directory } from './directory.ts';
import type { Commit } from './frame.ts';
import { CHUNK_POINTS, OpenChunk } from './open-chunk.ts';
import type { Series } from './series.ts';

/** Takes commits that are on disk into memory: into the open chunks of their series. */
export class Ingest {
  readonly #catalog: Catalog;
  readonly #directory: Directory;
  readonly #counts: StoreCounts;
  readonly #opened = new Set<Series>();
  /** About what the open chunks cost in memory; what they grow between two checkpoints is bounded by the log. */
  bytes = 0;

  constructor(catalog: Catalog, directory: Directory, counts: StoreCounts) {
    this.#catalog = catalog;
    this.#directory = directory;
    this.#counts = counts;
  }

  /**
   * @param since what is older is not served
   * @returns a sample that was older, if there was one
   */
  apply(
    { samples, texts, acks }: Pick<Commit, 'samples' | 'texts' | 'acks'>,
    since: number,
  ): { board: string; at: number } | undefined {
    let tooOld: { board: string; at: number } | undefined;
    const packed = PackedSamples.fromParts(samples, (key) => this.#catalog.bind(key));
    packed.forEach((layout, at, first) => {
      const { owner, series } = layout as BoundLayout;
      if (!owner) {
        this.#counts.tooManyBoards++;
        return;
      }
      if (at < since) {
        this.#counts.tooOld += series.length;
        tooOld = { board: owner.name, at };
      }
      if (at > owner.lastAt) owner.lastAt = at;
      for (let i = 0; i < series.length; i++) {
        const one = series[i];
        if (one) this.#add(one, at, packed, first + i);
        else this.#counts.tooManySeries++;
      }
    });
    for (const text of texts) {
      const owner = this.#catalog.touch(text.board, text.at);
      if (owner) owner.texts.push({ ...text, text: text.text.toWellFormed() });
      else this.#counts.tooManyBoards++;
    }
    for (const ack of acks) {
      const owner = this.#catalog.touch(ack.board, Number.NEGATIVE_INFINITY);
      if (owner) this.#catalog.raise(owner, ack);
    }
    return tooOld;
  }

  /** After a checkpoint: whoever got nothing since the one before leaves the memory; everybody does when there is too much in it. */
  forgetIdle(budget: number): void {
    const all = [...this.#opened];
    const bytesOf = ({ open, spare }: Series) => (open ?? spare)?.bytes ?? 0;
    const crowded = all.reduce((sum, series) => sum + bytesOf(series), 0) >= budget;
    this.bytes = 0;
    for (const series of all) {
      if (crowded || series.isIdle) {
        series.open = undefined;
        series.spare = undefined;
        this.#opened.delete(series);
      } else {
        series.isIdle = true;
        this.bytes += bytesOf(series);
      }
    }
  }

  #add(series: Series, at: number, packed: PackedSamples, word: number): void {
    const open = series.open ?? this.#openChunk(series);
    const kind = packed.kindAt(word);
    const isLatest = at >= series.lastAt;
    if (kind === KIND.STRING) {
      const value = String(packed.valueAt(word));
      open.addString(at, value);
      if (isLatest) series.latest = value;
    } else {
      const number = packed.numberAt(word);
      open.add(at, kind, number);
      if (isLatest) series.latest = kind === KIND.BOOLEAN ? number === 1 : number;
    }
    series.points++;
    series.changed = true;
    series.isIdle = false;
    if (isLatest) series.lastAt = at;
    if (at < series.firstAt) series.firstAt = at;
    if (!open.isFull) return;
    series.seal(open);
    if (open.capacity < CHUNK_POINTS) return;
    open.clear();
    series.spare = open;
  }

  /** The chunk that a series' next points go into: the one that was begun, where it is not full. */
  #openChunk(series: Series): OpenChunk {
    const { spare } = series;
    const open = this.#begun(series) ?? spare ?? new OpenChunk(series.sealed.length > 0);
    if (open !== spare) this.bytes += open.bytes;
    series.spare = undefined;
    series.open = open;
    this.#opened.add(series);
    return open;
  }

  #begun(series: Series): OpenChunk | undefined {
    if (!series.tailStored) return undefined;
    const row = this.#directory.chunksOf(series).findLast(({ no }) => no === series.nextNo);
    const points = row && this.#directory.open(series, row);
    if (points) return OpenChunk.of(points);
    // It is damaged, and that has been told: it stays as it is, and another begins.
    series.tailStored = false;
    series.nextNo++;
    return undefined;
  }
}
