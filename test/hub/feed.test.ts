import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Feed, type LiveEvent } from '../../src/hub/feed.ts';
import { PackedSamples } from '../../src/store/packed.ts';

const event = (at: number, board = 'a'): LiveEvent => ({ type: 'board', board, at });

test('gives what came since, in order, all at once', async () => {
  const feed = new Feed();
  const subscription = feed.subscribe();
  const first = subscription.next();
  feed.publish(event(1));
  feed.publish(event(2));
  expect(await first).toEqual([event(1), event(2)]);
  feed.publish(event(3));
  expect(await subscription.next()).toEqual([event(3)]);
});

test('a subscriber that does not fetch loses the oldest, and is told how many', async () => {
  const feed = new Feed();
  const slow = feed.subscribe({ capacity: 3 });
  const other = feed.subscribe();
  for (let at = 1; at <= 10; at++) feed.publish(event(at));
  expect(await slow.next()).toEqual([{ type: 'lost', count: 7 }, event(8), event(9), event(10)]);
  feed.publish(event(11));
  expect(await slow.next()).toEqual([event(11)]);
  expect(await other.next()).toHaveLength(11);
  expect(feed.lost).toBe(7);
});

test('whoever subscribes to a feed that is closed waits for nothing', async () => {
  const feed = new Feed();
  feed.close();
  expect(await feed.subscribe().next()).toBeUndefined();
  expect(feed.subscribers).toBe(0);
});

test('may be of one board', async () => {
  const feed = new Feed();
  const subscription = feed.subscribe({ board: 'b' });
  for (const board of ['a', 'b', 'c']) feed.publish(event(1, board));
  expect(await subscription.next()).toEqual([event(1, 'b')]);
});

test('packed samples are told as if each were published: the same events, the same losses, of all boards or of one', async () => {
  const boards = fc.constantFrom('a', 'b', 'c');
  const subscriber = fc.record({ board: fc.option(boards), capacity: fc.integer({ min: 1, max: 8 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(subscriber, { maxLength: 4 }),
      fc.array(fc.array(boards, { maxLength: 12 }), { maxLength: 3 }),
      fc.nat(6),
      async (subscribers, rounds, before) => {
        const [packed, single] = [new Feed(), new Feed()];
        const of = (feed: Feed) =>
          subscribers.map(({ board, capacity }) =>
            feed.subscribe({ capacity, ...(board !== null && { board }) }),
          );
        const [told, model] = [of(packed), of(single)];
        for (const feed of [packed, single]) for (let at = 0; at < before; at++) feed.publish(event(at));
        rounds.forEach((round, number) => {
          const samples = round.map((board, at) => ({ board, at, values: new Map([['round', number]]) }));
          packed.publishPacked(PackedSamples.of(samples));
          for (const sample of samples) single.publish({ type: 'sample', ...sample });
        });
        packed.close();
        single.close();
        for (const [i, subscription] of told.entries())
          expect(await subscription.next()).toEqual(await model[i]?.next());
        expect(packed.lost).toBe(single.lost);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('of packed samples only those become objects that somebody keeps, and all who keep one have the same', async () => {
  const feed = new Feed();
  const [few, some] = [feed.subscribe({ capacity: 2 }), feed.subscribe({ capacity: 3 })];
  const samples = PackedSamples.of(
    Array.from({ length: 100 }, (_, at) => ({ board: 'a', at, values: new Map([['x', at]]) })),
  );
  let made = 0;
  const { sampleAt } = samples;
  samples.sampleAt = (...place) => {
    made++;
    return sampleAt.apply(samples, place);
  };
  feed.publishPacked(samples);
  expect(made).toBe(3);
  const [ofFew, ofSome] = [await few.next(), await some.next()];
  expect(ofFew?.[0]).toEqual({ type: 'lost', count: 98 });
  expect(ofSome?.[0]).toEqual({ type: 'lost', count: 97 });
  expect(ofFew?.[2]).toBe(ofSome?.[3]);
  expect(feed.lost).toBe(195);
});

test('ends after what waits, and is forgotten', async () => {
  const feed = new Feed();
  const subscription = feed.subscribe();
  feed.publish(event(1));
  feed.close();
  expect(feed.subscribers).toBe(0);
  feed.publish(event(2));
  expect(await subscription.next()).toEqual([event(1)]);
  expect(await subscription.next()).toBeUndefined();
});

test('leaving the loop ends the subscription', async () => {
  const feed = new Feed();
  const subscription = feed.subscribe();
  feed.publish(event(1));
  for await (const events of subscription) {
    expect(events).toEqual([event(1)]);
    break;
  }
  expect(feed.subscribers).toBe(0);
});

test('misuse is refused', async () => {
  const feed = new Feed();
  for (const capacity of [0, 1.5, 1e9]) expect(() => feed.subscribe({ capacity })).toThrow(RangeError);
  const subscription = feed.subscribe();
  const waiting = subscription.next();
  await expect(subscription.next()).rejects.toThrow('one reader');
  subscription.close();
  expect(await waiting).toBeUndefined();
});
