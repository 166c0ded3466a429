import { expect, test } from 'vitest';
import { Directory } from '../../../src/store/sqlite/directory.ts';
import type { ChunkRow } from '../../../src/store/sqlite/rows.ts';
import { type Board, Series } from '../../../src/store/sqlite/series.ts';
import type { Tables } from '../../../src/store/sqlite/tables.ts';

test('the rows of a series that keeps growing are let go when there are too many', () => {
  let reads = 0;
  const tables = {
    chunksOf: () => {
      reads++;
      return [];
    },
  } as unknown as Tables;
  const directory = new Directory(tables, () => {});
  const series = new Series(1, { name: 'a' } as Board, 'x');
  directory.chunksOf(series);
  for (let from = 0; from < 190_000; from += 10_000) {
    directory.stored(
      series,
      Array.from({ length: 10_000 }, (_, i) => ({ no: from + i }) as ChunkRow),
    );
  }
  expect(directory.chunksOf(series)).toHaveLength(190_000);
  expect(reads).toBe(1);
  directory.stored(
    series,
    Array.from({ length: 10_001 }, (_, i) => ({ no: 190_000 + i }) as ChunkRow),
  );
  directory.chunksOf(series);
  expect(reads).toBe(2);
});
