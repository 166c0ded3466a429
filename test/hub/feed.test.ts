import { expect, test } from 'vitest';
import { Feed, type LiveEvent } from '../../src/hub/feed.ts';

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

test('may be of one board', async () => {
  const feed = new Feed();
  const subscription = feed.subscribe({ board: 'b' });
  for (const board of ['a', 'b', 'c']) feed.publish(event(1, board));
  expect(await subscription.next()).toEqual([event(1, 'b')]);
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
