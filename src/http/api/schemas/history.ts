import * as z from 'zod';
import type { StoreCheck, StoreCounts } from '../../../store/store.ts';
import type { HistoryAnswer, JsonBucket, JsonPoint } from '../../history.ts';
import type { ImportCounts } from '../../import-rows.ts';
import type { StoreAnswer } from '../../store.ts';
import { count, described, maybe, named, text, time, told, Value } from './words.ts';

const Point = described<JsonPoint>('Point', { t: time(), v: Value });

const sums = { min: maybe(z.number()), mean: maybe(z.number()), max: maybe(z.number()) };

const Bucket = described<JsonBucket>('Bucket', { t: time(), count: count(), ...sums });

export const History = described<HistoryAnswer>('History', {
  board: text(),
  metric: text(),
  unit: maybe(text()),
  from: time(),
  to: time(),
  count: count(),
  ...sums,
  newest: maybe(Point),
  changes: maybe(z.array(Point)),
  points: maybe(z.array(Point)).meta(told('each, where they are few', '点数较少时为全部点')),
  buckets: maybe(z.array(Bucket)).meta(told('else buckets of equal length', '否则为等长的时间段')),
  stored: z.object({ points: count(), from: time(), to: time() }),
});

const Counts = described<StoreCounts>('StoreCounts', {
  tooManySeries: count(),
  evicted: count(),
  evictedBoards: count(),
  tooManyBoards: count(),
  tooOld: count(),
  damaged: count(),
});

export const StoreInfo = described<StoreAnswer>('Store', {
  kind: z.enum(['memory', 'sqlite']),
  folder: maybe(text()),
  boards: count(),
  series: count(),
  points: count(),
  texts: count(),
  bytes: count(),
  counts: Counts,
  oldest: maybe(time()),
  newest: maybe(time()),
});

export const Check = described<StoreCheck>('StoreCheck', {
  points: count(),
  texts: count(),
  damage: z
    .array(text())
    .meta(told('a sentence for each place; none: all is well', '每处损坏一句话；为空则一切正常')),
});

export const Imported = described<ImportCounts>('Imported', {
  added: count(),
  present: count(),
  leftOut: count(),
});

export const Taken = z
  .object({ samples: count(), texts: count(), skipped: named(count()) })
  .meta({ id: 'Taken', ...told('skipped: values left out, by reason', 'skipped：略去的值，按原因') });
