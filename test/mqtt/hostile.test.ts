import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeConnect, decodeSubscribe, decodeUnsubscribe } from '../../src/mqtt/packet/decode.ts';
import { PacketReader } from '../../src/mqtt/packet/reader.ts';
import { isFilter, isTopic, isWithinLimits, matches } from '../../src/mqtt/topics/filter.ts';
import { SubscriptionTree } from '../../src/mqtt/topics/tree.ts';
import { openBroker, until } from './kit.ts';
import {
  connectPacket,
  idPacket,
  packet,
  published,
  publishPacket,
  RawClient,
  subscribePacket,
  unsubscribePacket,
} from './raw-client.ts';

const LONG = 120_000;

describe('packets', { timeout: LONG }, () => {
  it('are the same however the stream is cut', () => {
    const packets = [
      connectPacket({ clientId: 'x' }),
      publishPacket('a/b', 'y'.repeat(300)),
      packet(0xc0),
      idPacket(0x40, 7),
    ];
    const stream = Buffer.concat(packets);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (places) => {
        const cuts = [0, ...places.toSorted((a, b) => a - b), stream.length];
        const reader = new PacketReader(1_000);
        const seen: Buffer[] = [];
        for (let i = 1; i < cuts.length; i++) {
          const fault = reader.push(stream.subarray(cuts[i - 1], cuts[i]), (bytes, start, _, end) => {
            seen.push(Buffer.from(bytes.subarray(start, end)));
            return true;
          });
          expect(fault).toBeUndefined();
        }
        expect(seen).toEqual(packets);
        expect(reader.isCut).toBe(false);
      }),
    );
  });

  it('decode or do not, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const body = Buffer.from(bytes);
        decodeConnect(body, 0, body.length);
        decodeSubscribe(body, 0, body.length);
        decodeUnsubscribe(body, 0, body.length);
      }),
    );
  });

  it('any bytes, and packets with any byte changed, end at most the connection that they come on', async () => {
    const { hub, mqtt, port } = await openBroker();
    const witness = await RawClient.connected(port);
    await witness.subscribe('witness');
    const whole = Buffer.concat([
      connectPacket({ clientId: 'fuzz', user: 'u', will: { topic: 'w', payload: 'p', qos: 1 } }),
      subscribePacket(1, [
        ['a/+', 1],
        ['kiteline/x/+/set', 2],
      ]),
      publishPacket('a/b', 'payload', { qos: 2, id: 3 }),
      publishPacket('kiteline/fuzz/temp', '1', { qos: 1, id: 4 }),
      idPacket(0x62, 3),
      unsubscribePacket(2, ['a/+']),
      packet(0xc0),
    ]);
    const samples = fc.sample(
      fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
          const bytes = Buffer.from(whole);
          bytes[at] = (bytes[at] as number) ^ change;
          return bytes;
        }),
        fc.nat(whole.length).map((length) => whole.subarray(0, length)),
      ),
      { numRuns: 400, seed: 7 },
    );
    for (let i = 0; i < samples.length; i += 50) {
      await Promise.all(
        samples.slice(i, i + 50).map(async (bytes) => {
          const client = await RawClient.open(port);
          client.socket.end(bytes);
          await client.closed();
        }),
      );
    }
    witness.write(publishPacket('witness', 'alive'));
    expect(published(await witness.next()).payload).toBe('alive');
    await until(() => mqtt.connections === 1);
    expect(mqtt.sessions).toBe(1);
    expect(hub.counts.dropped.STORE_FAILED).toBeUndefined();
  });
});

describe('topics', { timeout: LONG }, () => {
  const level = fc.constantFrom('', 'a', 'b', '$s', '..', '+', '#', 'a+', ' ');
  const path = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));

  it('a tree of filters takes what each of them takes', () => {
    fc.assert(
      fc.property(
        fc.array(path, { maxLength: 12 }),
        path,
        fc.array(fc.nat(11)),
        (filters, topic, removed) => {
          const tree = new SubscriptionTree<string>();
          const valid = [...new Set(filters)].filter(isFilter);
          for (const filter of valid) tree.add(filter, filter, 0);
          const gone = new Set(removed.map((i) => valid[i]).filter((one) => one !== undefined));
          for (const filter of gone) tree.remove(filter, filter);
          if (!isTopic(topic)) return;
          const taken = tree.takersOf(topic).map(({ subscriber }) => subscriber);
          const left = valid.filter((filter) => !gone.has(filter));
          expect(taken.toSorted()).toEqual(left.filter((filter) => matches(filter, topic)).toSorted());
          expect(tree.size).toBe(left.length);
        },
      ),
    );
  });

  it('of 64 KiB, or with hundreds of levels, are counted and refused; those that look like paths are names', async () => {
    const { hub, mqtt, port } = await openBroker();
    const client = await RawClient.connected(port);
    const long = 'x'.repeat(65_535);
    const deep = 'x/'.repeat(300);
    expect([isWithinLimits(long), isWithinLimits(deep)]).toEqual([false, false]);
    client.write(
      publishPacket(long, 'x', { qos: 1, id: 1 }),
      publishPacket(deep, 'x', { qos: 1, id: 2, retain: true }),
    );
    expect((await client.next()).type).toBe(4);
    expect((await client.next()).type).toBe(4);
    expect(await client.subscribe(long)).toBe(0x80);
    expect(await client.subscribe(deep)).toBe(0x80);
    expect(mqtt.counts.TOPIC_TOO_LONG).toBe(4);
    for (const topic of [
      'kiteline/../temp',
      'kiteline//temp',
      'kiteline/$x/temp',
      'kiteline/10.0.0.1/temp',
      `kiteline/${'n'.repeat(65)}/t`,
    ])
      client.write(publishPacket(topic, '1'));
    await client.untilPing();
    expect(hub.boards().map(({ name }) => name)).toEqual(['..']);
  });
});

describe('too much', { timeout: LONG }, () => {
  it('a packet that is too long ends its connection; the first one may be shorter alone', async () => {
    const { mqtt, port } = await openBroker();
    const client = await RawClient.connected(port);
    client.write(publishPacket('a', Buffer.alloc(200_000)));
    expect(await client.untilPing()).toEqual([]);
    client.write(publishPacket('a', Buffer.alloc(300_000)).subarray(0, 100));
    await client.closed();
    const first = await RawClient.open(port);
    first.write(connectPacket({ will: { topic: 'a', payload: 'x'.repeat(20_000) } }));
    await first.closed();
    expect(mqtt.counts.PACKET_TOO_LONG).toBe(2);
  });

  it('filters of a session, messages that wait for it, and QoS 2 without end are bounded and counted', async () => {
    const { mqtt, port } = await openBroker();
    const client = await RawClient.connected(port, { clientId: 'me', clean: false });
    const filters: [string, number][] = Array.from({ length: 1_001 }, (_, i) => [`f/${i}`, 1]);
    client.write(subscribePacket(1, filters));
    const { body } = await client.next();
    expect([body[1_001], body[1_002]]).toEqual([1, 0x80]);
    client.end();
    await until(() => mqtt.connections === 0);
    const sender = await RawClient.connected(port);
    for (let i = 0; i < 1_100; i++) sender.write(publishPacket('f/1', 'x', { qos: 1, id: i + 1 }));
    for (let i = 0; i < 1_100; i++) expect((await sender.next()).type).toBe(4);
    expect(mqtt.counts).toMatchObject({ TOO_MANY_SUBSCRIPTIONS: 1, QUEUE_FULL: 100 });
    const endless = await RawClient.connected(port);
    for (let i = 1; i <= 1_025; i++) endless.write(publishPacket('x', 'x', { qos: 2, id: i }));
    await endless.closed();
  });

  it('a subscriber that does not read loses QoS 0 messages and holds up nobody', async () => {
    const { mqtt, port } = await openBroker();
    const deaf = await RawClient.connected(port);
    await deaf.subscribe('big');
    deaf.socket.pause();
    const other = await RawClient.connected(port);
    await other.subscribe('other');
    const sender = await RawClient.connected(port);
    const payload = Buffer.alloc(100_000);
    while ((mqtt.counts.CLIENT_NOT_READING ?? 0) === 0) {
      sender.write(publishPacket('big', payload), publishPacket('other', 'x'));
      expect(published(await other.next()).payload).toBe('x');
    }
  });

  it('connections that say nothing are bounded, shared fairly, and let go of; others come through', async () => {
    const { ManualClock } = await import('../../src/clock.ts');
    const clock = new ManualClock();
    const { mqtt, port } = await openBroker({ mqtt: { tcp: { host: '127.0.0.1', port: 0 }, clock } });
    const silent = Array.from({ length: 1_500 }, () => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('error', () => {});
      return socket;
    });
    await until(() => mqtt.connections === silent.length);
    const client = await RawClient.connected(port);
    expect(await client.untilPing()).toEqual([]);
    clock.advance(10_001);
    await until(() => mqtt.connections === 1);
    expect(mqtt.counts.NO_CONNECT).toBe(silent.length);
    expect(await client.untilPing()).toEqual([]);
  });
});
