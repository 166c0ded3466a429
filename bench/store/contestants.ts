/** The two stores of bench/store.ts behind one shape. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Layout, PackedSamples } from '../../src/store/packed.ts';
import { COMMIT_MS, RowStore } from '../kit/rows.ts';
import { openStore } from '../kit/store.ts';
import { BOARDS, boardName, type Data, METRICS } from './data.ts';

export interface BucketFigures {
  count: number;
  min: number;
  mean: number;
  max: number;
}

export interface Contestant {
  name: string;
  /** Stores everything, and closes. @returns milliseconds until all was committed, and that closing took */
  fill(folder: string, data: Data): Promise<{ committed: number; closing: number }>;
  /** Opens what was filled. */
  open(folder: string): Promise<Opened>;
}

export interface Opened {
  /** Whether it answers: the newest value of a series. */
  ready(): Promise<void>;
  buckets(board: number, metric: number, from: number, to: number, count: number): Promise<BucketFigures[]>;
  close(): Promise<void>;
}

/** Points of time in a batch of ours: 20,000 values, as the hub gathers them on a busy day. */
const BATCH = 200;
/** Batches under way: one being written while the next is filled, as in the hub. */
const UNDER_WAY = 2;

export const kiteline: Contestant = {
  name: 'kiteline',
  async fill(folder, { points, values, times }) {
    const store = await openStore(folder);
    const layouts = Array.from({ length: BOARDS }, (_, board) => new Layout(boardName(board), METRICS));
    const numbers = new Float64Array(METRICS.length);
    const fillBatch = (samples: PackedSamples, from: number) => {
      const to = Math.min(points, from + BATCH);
      samples.clear();
      for (let i = from; i < to; i++) {
        for (let board = 0; board < BOARDS; board++) {
          for (let metric = 0; metric < METRICS.length; metric++) {
            numbers[metric] = values[(board * METRICS.length + metric) * points + i] as number;
          }
          samples.addNumbers(layouts[board] as Layout, times[i] as number, numbers);
        }
      }
    };
    const began = performance.now();
    let next = 0;
    const feed = async () => {
      const samples = new PackedSamples();
      while (next < points) {
        fillBatch(samples, next);
        next += BATCH;
        await store.append({ samples });
      }
    };
    await Promise.all(Array.from({ length: UNDER_WAY }, feed));
    const committed = performance.now() - began;
    await store.close();
    return { committed, closing: performance.now() - began - committed };
  },
  async open(folder) {
    const store = await openStore(folder);
    return {
      async ready() {
        if ((await store.latest(boardName(0))).length !== METRICS.length)
          throw new Error('the store is empty');
      },
      async buckets(board, metric, from, to, count) {
        const query = {
          board: boardName(board),
          metric: METRICS[metric] as string,
          from,
          to,
          buckets: count,
        };
        return (await store.buckets(query)) as BucketFigures[];
      },
      close: () => store.close(),
    };
  },
};

export const rows: Contestant = {
  name: 'a row a sample',
  async fill(folder, { points, values, times }) {
    const store = new RowStore(folder);
    const ids: number[] = [];
    for (let board = 0; board < BOARDS; board++) {
      for (const metric of METRICS) ids.push(store.series(`${boardName(board)} ${metric}`));
    }
    const began = performance.now();
    let last = began;
    for (let i = 0; i < points; i++) {
      const at = times[i] as number;
      for (let series = 0; series < ids.length; series++) {
        store.add(ids[series] as number, at, values[series * points + i] as number);
      }
      if (performance.now() - last < COMMIT_MS) continue;
      store.commit();
      last = performance.now();
    }
    store.commit();
    const committed = performance.now() - began;
    store.close();
    return { committed, closing: performance.now() - began - committed };
  },
  async open(folder) {
    const store = new RowStore(folder);
    const id = (board: number, metric: number) => store.series(`${boardName(board)} ${METRICS[metric]}`);
    return {
      async ready() {
        if (store.latest(id(0, 0)) === undefined) throw new Error('the store is empty');
      },
      buckets: async (board, metric, from, to, count) => store.buckets(id(board, metric), from, to, count),
      close: async () => store.close(),
    };
  },
};

/** Bytes of all files in a folder. */
export const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
