import type { PackedParts } from '../packed.ts';
import type { Ack, PointRange, StoreCounts, StoredText } from '../store.ts';
import type { EngineLimits } from './engine.ts';

/** What the store's thread is started with. */
export interface ThreadSetup {
  folder: string;
  readOnly: boolean;
  limits: EngineLimits;
  language: 'en' | 'zh';
}

/** What the store's thread is asked; each with a number, which its answer bears. */
export type Question =
  | { ask: 'append'; samples: PackedParts; texts: readonly StoredText[]; acks: readonly Ack[] }
  | { ask: 'query'; board: string; metric: string; range: PointRange }
  | { ask: 'buckets'; board: string; metric: string; from: number; to: number; count: number }
  | { ask: 'texts'; board: string; limit: number }
  | { ask: 'latest' | 'series' | 'acks'; board: string }
  | { ask: 'boards' | 'info' | 'check' | 'close' }
  | { ask: 'backup'; file: string };

/** An error as it travels between threads. */
export interface Trouble {
  code: string;
  message: string;
}

export type FromThread =
  | { opened: true; counts: StoreCounts }
  | { number: number; value: unknown; counts: StoreCounts }
  | { number: number; failed: Trouble; counts: StoreCounts }
  | { problem: Trouble }
  | { failedToOpen: Trouble };
