import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Heard, Recency } from '../src/recency.ts';

class Item implements Heard<Item> {
  older: Item | undefined;
  newer: Item | undefined;
  readonly name: number;

  constructor(name: number) {
    this.name = name;
  }
}

test('whoever was heard of last stands last, whatever was added, touched and removed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(5))), (steps) => {
      const row = new Recency<Item>();
      const items = new Map<number, Item>(); // a Map keeps the order in which its keys were set: the model
      for (const [removes, name] of steps) {
        const item = items.get(name);
        items.delete(name);
        if (item && removes) {
          row.remove(item);
          continue;
        }
        const kept = item ?? new Item(name);
        if (item) row.touch(item);
        else row.add(kept);
        items.set(name, kept);
      }
      expect([...row].map((item) => item.name)).toEqual([...items.keys()]);
      expect(row.oldest).toBe(items.values().next().value);
    }),
  );
});

test('the one that is being looked at may be removed', () => {
  const row = new Recency<Item>();
  for (const name of [1, 2, 3]) row.add(new Item(name));
  const seen: number[] = [];
  for (const item of row) {
    seen.push(item.name);
    row.remove(item);
  }
  expect(seen).toEqual([1, 2, 3]);
  expect(row.oldest).toBeUndefined();
});
