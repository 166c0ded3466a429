/** What a server must do, by the numbers of MQTT 3.1.1 (OASIS Standard, 29 October 2014). */
import { describe, expect, it } from 'vitest';
import { openBroker, until } from './kit.ts';
import {
  connectPacket,
  idPacket,
  packet,
  published,
  publishPacket,
  RawClient,
  subscribePacket,
  text,
  uint16,
  unsubscribePacket,
} from './raw-client.ts';

const LONG = 60_000;

/** Sends this on a new connection, connected before unless `first`; resolves when the broker has closed it. */
async function closes(port: number, bytes: Uint8Array, first = false) {
  const client = first ? await RawClient.open(port) : await RawClient.connected(port);
  client.write(bytes);
  return client.closed();
}

describe('1.5.3 and 2: strings, headers, packet ids', { timeout: LONG }, () => {
  it.each([
    ['MQTT-1.5.3-1: ill-formed UTF-8', Buffer.from([0x61, 0xff])],
    ['MQTT-1.5.3-1: a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
    ['MQTT-1.5.3-1: an overlong form', Buffer.from([0xc0, 0xaf])],
    ['MQTT-1.5.3-2: U+0000', Buffer.from([0x61, 0x00, 0x62])],
  ])('%s closes the connection', async (_, name) => {
    const { port } = await openBroker();
    const string = Buffer.concat([uint16(name.length), name]);
    await closes(port, packet(0x30, string, Buffer.from('x')));
    await closes(port, packet(0x82, uint16(1), string, Buffer.from([0])));
    await closes(port, packet(0x10, text('MQTT'), Buffer.from([4, 2, 0, 0]), string), true);
  });

  it('MQTT-1.5.3-3: a byte order mark is U+FEFF and stays', async () => {
    const { port } = await openBroker();
    const client = await RawClient.connected(port);
    await client.subscribe('\ufeffa');
    client.write(publishPacket('\ufeffa', 'x'), publishPacket('a', 'y'));
    const came = await client.untilPing();
    expect(came.map((one) => published(one).topic)).toEqual(['\ufeffa']);
  });

  it.each([
    ['SUBSCRIBE', packet(0x80, uint16(1), text('a'), Buffer.from([0]))],
    ['UNSUBSCRIBE', packet(0xa0, uint16(1), text('a'))],
    ['PUBREL', idPacket(0x60, 1)],
    ['PUBACK', idPacket(0x41, 1)],
    ['PINGREQ', packet(0xc1)],
    ['DISCONNECT', packet(0xe1)],
    ['CONNECT', packet(0x11, text('MQTT'), Buffer.from([4, 2, 0, 0]), text('x'))],
  ])('MQTT-2.2.2-2: reserved flags of %s close the connection', async (_, bytes) => {
    const { port } = await openBroker();
    await closes(port, bytes);
  });

  it.each([
    ['of type 0', packet(0x00)],
    ['of type 15', packet(0xf0)],
    ['CONNACK', packet(0x20, Buffer.from([0, 0]))],
    ['SUBACK', packet(0x90, uint16(1), Buffer.from([0]))],
    ['UNSUBACK', idPacket(0xb0, 1)],
    ['PINGRESP', packet(0xd0)],
    ['a length of five bytes', Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])],
  ])('2.2.1, 2.2.3: a packet %s closes the connection', async (_, bytes) => {
    const { port } = await openBroker();
    await closes(port, bytes);
  });

  it.each([
    ['PUBLISH of QoS 1', publishPacket('a', 'x', { qos: 1, id: 0 })],
    ['SUBSCRIBE', subscribePacket(0, [['a', 0]])],
    ['UNSUBSCRIBE', unsubscribePacket(0, ['a'])],
  ])('MQTT-2.3.1-1: the packet id 0 of a %s closes the connection', async (_, bytes) => {
    const { port } = await openBroker();
    await closes(port, bytes);
  });
});

describe('3.1, 3.2: CONNECT and CONNACK', { timeout: LONG }, () => {
  it('MQTT-3.1.0-1: another first packet closes the connection', async () => {
    const { port } = await openBroker();
    expect(await closes(port, publishPacket('a', 'x'), true)).toEqual([]);
    expect(await closes(port, Buffer.from('GET / HTTP/1.1\r\n\r\n'), true)).toEqual([]);
  });

  it('MQTT-3.1.0-2: a second CONNECT closes the connection', async () => {
    const { port } = await openBroker();
    await closes(port, connectPacket());
  });

  it('MQTT-3.1.2-1: another protocol name closes the connection', async () => {
    const { port } = await openBroker();
    expect(await closes(port, connectPacket({ protocol: 'MQTz' }), true)).toEqual([]);
  });

  it.each([3, 5, 6])('MQTT-3.1.2-2: level %i is answered with 1, then closed', async (level) => {
    const { port } = await openBroker();
    const [answer] = await closes(port, connectPacket({ level }), true);
    expect(answer?.body).toEqual(Buffer.from([0, 1]));
  });

  it.each([
    ['MQTT-3.1.2-3: the reserved flag', connectPacket({ flags: 0x03 })],
    ['MQTT-3.1.2-11: QoS of a will that there is not', connectPacket({ flags: 0x0a })],
    ['MQTT-3.1.2-15: retain of a will that there is not', connectPacket({ flags: 0x22 })],
    ['MQTT-3.1.2-14: a will of QoS 3', connectPacket({ flags: 0x1e, will: { topic: 'a', payload: 'b' } })],
    ['MQTT-3.1.2-22: a password without a user', connectPacket({ flags: 0x42, user: 'x' })],
    ['3.1.3: a client id that is missing', packet(0x10, text('MQTT'), Buffer.from([4, 2, 0, 0]))],
    ['3.1.3: more than there is', packet(0x10, connectPacket().subarray(2), Buffer.from('more'))],
  ])('%s closes the connection', async (_, bytes) => {
    const { port } = await openBroker();
    expect(await closes(port, bytes, true)).toEqual([]);
  });

  it('MQTT-3.1.2-4 to 6, 3.2.2-1 to 3: a session is kept, and said to be there, unless it is clean', async () => {
    const { port } = await openBroker();
    const join = async (clean: boolean) => {
      const client = await RawClient.open(port);
      client.write(connectPacket({ clientId: 'me', clean }));
      return { client, present: (await client.next()).body[0] === 1 };
    };
    const leave = async (client: RawClient) => {
      client.write(packet(0xe0));
      await client.closed();
    };
    const first = await join(false);
    expect(first.present).toBe(false);
    await first.client.subscribe('a', 1);
    await leave(first.client);
    const other = await RawClient.connected(port);
    other.write(publishPacket('a', '1', { qos: 1 }), publishPacket('a', '0'));
    await other.next();
    const second = await join(false);
    expect(second.present).toBe(true);
    const came = published(await second.client.next());
    expect(came).toMatchObject({ topic: 'a', payload: '1', qos: 1, dup: false });
    second.client.write(idPacket(0x40, came.id ?? 0));
    expect(await second.client.untilPing()).toEqual([]); // QoS 0 is not kept
    await leave(second.client);
    const third = await join(true);
    expect(third.present).toBe(false);
    await leave(third.client);
    const fourth = await join(false);
    expect(fourth.present).toBe(false);
    other.write(publishPacket('a', '2', { qos: 1 }));
    await other.next();
    expect(await fourth.client.untilPing()).toEqual([]);
  });

  it('MQTT-3.1.2-8, 3.1.2-10: a will is published when the connection breaks, and not after a DISCONNECT', async () => {
    const { port } = await openBroker();
    const other = await RawClient.connected(port);
    await other.subscribe('will/#', 2);
    const will = (payload: string) => ({ will: { topic: 'will/x', payload, qos: 1 } });
    const polite = await RawClient.connected(port, will('polite'));
    polite.write(packet(0xe0));
    await polite.closed();
    const broken = await RawClient.connected(port, will('broken'));
    broken.end();
    expect(published(await other.next())).toMatchObject({ payload: 'broken', qos: 1, retain: false });
    const wrong = await RawClient.connected(port, will('wrong'));
    wrong.write(packet(0xf0));
    other.write(idPacket(0x40, 1));
    expect(published(await other.next())).toMatchObject({ payload: 'wrong' });
  });

  it('MQTT-3.1.2-16, 3.1.2-17: a will is retained where it says so', async () => {
    const { port } = await openBroker();
    const one = await RawClient.connected(port, { will: { topic: 'w', payload: 'kept', retain: true } });
    const watcher = await RawClient.connected(port);
    await watcher.subscribe('w');
    one.end();
    expect(published(await watcher.next())).toMatchObject({ payload: 'kept', retain: false });
    const late = await RawClient.connected(port);
    await late.subscribe('w');
    expect(published(await late.next())).toMatchObject({ payload: 'kept', retain: true });
  });

  it('MQTT-3.1.3-5, 3.1.3-6, 3.1.3-8: client ids; an empty one takes a clean session', async () => {
    const { port } = await openBroker();
    await RawClient.connected(port, {
      clientId: '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
    });
    await RawClient.connected(port);
    await RawClient.connected(port);
    const [answer] = await closes(port, connectPacket({ clean: false }), true);
    expect(answer?.body).toEqual(Buffer.from([0, 2]));
  });

  it('MQTT-3.1.4-2: a client id that comes again cuts off the one before', async () => {
    const { port } = await openBroker();
    const first = await RawClient.connected(port, { clientId: 'me' });
    const second = await RawClient.connected(port, { clientId: 'me' });
    await first.closed();
    expect(await second.untilPing()).toEqual([]);
  });

  it('3.1.2.10: what a client may send before its CONNACK is taken', async () => {
    const { port } = await openBroker();
    const client = await RawClient.open(port);
    client.write(connectPacket(), subscribePacket(1, [['a', 0]]), publishPacket('a', 'x'));
    expect((await client.next()).type).toBe(2);
    expect((await client.next()).type).toBe(9);
    expect(published(await client.next()).payload).toBe('x');
  });
});

describe('3.3: PUBLISH', { timeout: LONG }, () => {
  it.each([
    ['MQTT-3.3.1-2: DUP of QoS 0', packet(0x38, text('a'), Buffer.from('x'))],
    ['MQTT-3.3.1-4: QoS 3', packet(0x36, text('a'), uint16(1), Buffer.from('x'))],
    ['MQTT-3.3.2-2: a wildcard +', publishPacket('a/+', 'x')],
    ['MQTT-3.3.2-2: a wildcard #', publishPacket('a/#', 'x')],
    ['MQTT-4.7.3-1: an empty topic', publishPacket('', 'x')],
    ['3.3.2.1: a topic that is longer than the packet', packet(0x30, uint16(9), Buffer.from('abc'))],
  ])('%s closes the connection', async (_, bytes) => {
    const { port } = await openBroker();
    await closes(port, bytes);
  });

  it('MQTT-3.3.1-5 to 12: retained messages: kept, replaced, told as such to new subscriptions alone, cleared', async () => {
    const { port } = await openBroker();
    const client = await RawClient.connected(port);
    client.write(publishPacket('r/a', '1', { retain: true, qos: 1, id: 1 }));
    await client.next();
    client.write(publishPacket('r/a', '2', { retain: true }), publishPacket('r/b', '3', { retain: true }));
    client.write(publishPacket('r/a', 'not kept'));
    await client.subscribe('r/+', 1);
    const came = [published(await client.next()), published(await client.next())];
    expect(came.map(({ topic, payload, retain, qos }) => [topic, payload, retain, qos])).toEqual([
      ['r/a', '2', true, 0],
      ['r/b', '3', true, 0],
    ]);
    client.write(publishPacket('r/a', '4', { retain: true }));
    expect(published(await client.next())).toMatchObject({ payload: '4', retain: false });
    client.write(publishPacket('r/a', '', { retain: true }));
    expect(published(await client.next())).toMatchObject({ payload: '', retain: false });
    await client.subscribe('r/+', 0, 2);
    expect((await client.untilPing()).map((one) => published(one).topic)).toEqual(['r/b']);
  });

  it('MQTT-3.3.5-1: overlapping filters: once, with the highest QoS of them', async () => {
    const { port } = await openBroker();
    const client = await RawClient.connected(port);
    client.write(
      subscribePacket(1, [
        ['a/#', 0],
        ['a/+', 2],
        ['a/b', 1],
      ]),
    );
    expect((await client.next()).body.subarray(2)).toEqual(Buffer.from([0, 2, 1]));
    client.write(publishPacket('a/b', 'x', { qos: 2, id: 7 }));
    const packets = await client.untilPing();
    expect(packets.filter(({ type }) => type === 3).map((one) => published(one).qos)).toEqual([2]);
  });
});

describe('3.8 to 3.14: SUBSCRIBE and others', { timeout: LONG }, () => {
  it.each([
    ['MQTT-3.8.3-3: a SUBSCRIBE without a filter', packet(0x82, uint16(1))],
    ['MQTT-3-8.3-4: QoS 3', subscribePacket(1, [['a', 3]])],
    ['MQTT-3-8.3-4: reserved bits', subscribePacket(1, [['a', 0x41]])],
    ['MQTT-3.10.3-2: an UNSUBSCRIBE without a filter', packet(0xa2, uint16(1))],
    ['MQTT-4.7.1-2: # that is not the last', subscribePacket(1, [['a/#/b', 0]])],
    ['MQTT-4.7.1-2: # that is no level', subscribePacket(1, [['a#', 0]])],
    ['MQTT-4.7.1-3: + that is no level', subscribePacket(1, [['a+/b', 0]])],
    ['MQTT-4.7.3-1: an empty filter', subscribePacket(1, [['', 0]])],
    ['3.12: a PINGREQ with a body', packet(0xc0, Buffer.from('x'))],
  ])('%s closes the connection', async (_, bytes) => {
    const { port } = await openBroker();
    await closes(port, bytes);
  });

  it('MQTT-3.8.4-1 to 6: SUBACK has the id and a code for each filter, in order; the QoS of a message is at most that', async () => {
    const { port } = await openBroker();
    const client = await RawClient.connected(port);
    client.write(
      subscribePacket(0x1234, [
        ['q0', 0],
        ['q1', 1],
        ['q2', 2],
      ]),
    );
    expect((await client.next()).body).toEqual(Buffer.from([0x12, 0x34, 0, 1, 2]));
    const other = await RawClient.connected(port);
    let id = 0;
    for (const topic of ['q0', 'q1', 'q2'])
      for (const qos of [0, 1, 2]) other.write(publishPacket(topic, `${qos}`, { qos, id: ++id }));
    const seen: [string, string, number][] = [];
    while (seen.length < 9) {
      const one = published(await client.next());
      seen.push([one.topic, one.payload, one.qos]);
    }
    expect(seen.every(([topic, payload, qos]) => qos === Math.min(Number(topic[1]), Number(payload)))).toBe(
      true,
    );
  });

  it('MQTT-3.8.4-3: the same filter again replaces the subscription, and brings what is retained again', async () => {
    const { port } = await openBroker();
    const client = await RawClient.connected(port);
    client.write(publishPacket('a', 'kept', { retain: true }));
    await client.subscribe('a', 0);
    expect(published(await client.next()).retain).toBe(true);
    await client.subscribe('a', 1, 2);
    expect(published(await client.next()).retain).toBe(true);
    client.write(publishPacket('a', 'x', { qos: 1, id: 3 }));
    const packets = (await client.untilPing()).filter(({ type }) => type === 3).map(published);
    expect(packets.map(({ payload, qos }) => [payload, qos])).toEqual([['x', 1]]);
  });

  it('MQTT-3.10.4-1 to 6: UNSUBSCRIBE ends it, and is answered also where there is nothing to end', async () => {
    const { port } = await openBroker();
    const client = await RawClient.connected(port);
    await client.subscribe('a/+');
    client.write(unsubscribePacket(5, ['a/b', 'x']), publishPacket('a/b', '1'));
    expect((await client.next()).body).toEqual(uint16(5));
    expect(published(await client.next()).payload).toBe('1');
    client.write(unsubscribePacket(6, ['a/+', 'b']), publishPacket('a/b', '2'));
    expect(await client.next()).toMatchObject({ type: 11, body: uint16(6) });
    expect(await client.untilPing()).toEqual([]);
  });

  it('MQTT-3.12.4-1: PINGREQ is answered; MQTT-3.14.4-2: after DISCONNECT the connection is closed', async () => {
    const { port } = await openBroker();
    const client = await RawClient.connected(port);
    client.write(packet(0xc0));
    expect(await client.next()).toMatchObject({ type: 13, flags: 0, body: Buffer.alloc(0) });
    client.write(packet(0xe0), packet(0xc0));
    expect(await client.closed()).toEqual([]);
  });
});

describe('4.3, 4.4, 4.6: QoS', { timeout: LONG }, () => {
  it('MQTT-4.3.2: QoS 1 is acknowledged, and sent again with DUP until it is', async () => {
    const { port } = await openBroker();
    const first = await RawClient.connected(port, { clientId: 'me', clean: false });
    await first.subscribe('a', 1);
    const other = await RawClient.connected(port);
    other.write(publishPacket('a', '1', { qos: 1, id: 5 }), publishPacket('a', '2', { qos: 1, id: 6 }));
    expect(await other.next()).toMatchObject({ type: 4, flags: 0, body: uint16(5) });
    const one = published(await first.next());
    const two = published(await first.next());
    expect([one.dup, two.dup]).toEqual([false, false]);
    first.write(idPacket(0x40, one.id ?? 0));
    await first.untilPing();
    first.end();
    const second = await RawClient.connected(port, { clientId: 'me', clean: false });
    const again = published(await second.next());
    expect(again).toMatchObject({ payload: '2', qos: 1, dup: true, id: two.id });
    second.write(idPacket(0x40, again.id ?? 0));
    expect(await second.untilPing()).toEqual([]);
  });

  it('MQTT-4.3.3: QoS 2 in: the same id is taken once, until its PUBREL', async () => {
    const { port } = await openBroker();
    const watcher = await RawClient.connected(port);
    await watcher.subscribe('a', 0);
    const client = await RawClient.connected(port, { clientId: 'me', clean: false });
    client.write(publishPacket('a', '1', { qos: 2, id: 9 }));
    expect(await client.next()).toMatchObject({ type: 5, body: uint16(9) });
    client.write(publishPacket('a', '1', { qos: 2, id: 9, dup: true }));
    expect(await client.next()).toMatchObject({ type: 5, body: uint16(9) });
    client.end();
    const again = await RawClient.connected(port, { clientId: 'me', clean: false });
    again.write(publishPacket('a', '1', { qos: 2, id: 9, dup: true }));
    expect((await again.next()).type).toBe(5);
    again.write(idPacket(0x62, 9));
    expect(await again.next()).toMatchObject({ type: 7, body: uint16(9) });
    again.write(idPacket(0x62, 9)); // a PUBREL of nothing is answered all the same
    expect((await again.next()).type).toBe(7);
    again.write(publishPacket('a', '2', { qos: 2, id: 9 }));
    await again.next();
    expect((await watcher.untilPing()).map((one) => published(one).payload)).toEqual(['1', '2']);
  });

  it('MQTT-4.3.3: QoS 2 out: PUBREL after PUBREC, and PUBREL again where the connection broke behind it', async () => {
    const { port } = await openBroker();
    const client = await RawClient.connected(port, { clientId: 'me', clean: false });
    await client.subscribe('a', 2);
    client.write(publishPacket('a', '1', { qos: 2, id: 1 }), idPacket(0x62, 1));
    const packets = await client.untilPing();
    const message = packets.filter(({ type }) => type === 3).map(published)[0];
    expect(message).toMatchObject({ qos: 2, dup: false });
    client.write(idPacket(0x50, message?.id ?? 0));
    expect(await client.next()).toMatchObject({ type: 6, flags: 2, body: uint16(message?.id ?? 0) });
    client.end();
    const again = await RawClient.connected(port, { clientId: 'me', clean: false });
    expect(await again.next()).toMatchObject({ type: 6, flags: 2, body: uint16(message?.id ?? 0) });
    again.write(idPacket(0x70, message?.id ?? 0));
    expect(await again.untilPing()).toEqual([]);
  });

  it('MQTT-4.6.0-1 to 6: order is kept, also of acknowledgements and of what is sent again', async () => {
    const { port } = await openBroker();
    const client = await RawClient.connected(port, { clientId: 'me', clean: false });
    await client.subscribe('a', 1);
    const sender = await RawClient.connected(port);
    const all = Array.from({ length: 300 }, (_, i) => publishPacket('a', `${i}`, { qos: 1, id: i + 1 }));
    sender.write(...all);
    for (let i = 0; i < all.length; i++) expect((await sender.next()).body.readUInt16BE(0)).toBe(i + 1);
    const first = [published(await client.next()), published(await client.next())];
    expect(first.map(({ payload }) => payload)).toEqual(['0', '1']);
    client.end();
    const again = await RawClient.connected(port, { clientId: 'me', clean: false });
    for (let i = 0; i < all.length; i++) {
      const one = published(await again.next());
      expect(one.payload).toBe(`${i}`);
      again.write(idPacket(0x40, one.id ?? 0));
    }
  });
});

describe('4.7: topics and filters', { timeout: LONG }, () => {
  it('4.7.1, MQTT-4.7.2-1, MQTT-4.7.3-4: what filters take', async () => {
    const { port } = await openBroker();
    const cases: [string, string[], string[]][] = [
      ['sport/tennis/player1/#', ['sport/tennis/player1', 'sport/tennis/player1/ranking'], ['sport/tennis']],
      ['sport/#', ['sport', 'sport/a/b'], ['sports']],
      ['#', ['a', '/a', 'a/b'], ['$SYS/a']],
      ['sport/tennis/+', ['sport/tennis/player1', 'sport/tennis/'], ['sport/tennis', 'sport/tennis/a/b']],
      ['sport/+', ['sport/'], ['sport']],
      ['+/+', ['/finance', 'a/b'], ['finance', '$SYS/a']],
      ['/+', ['/finance'], ['finance', '/a/b']],
      ['+', ['finance'], ['/finance', '$SYS']],
      ['$SYS/#', ['$SYS/a/b'], ['SYS/a']],
      ['$SYS/+', ['$SYS/a'], ['$SYS/a/b']],
      ['ACCOUNTS', ['ACCOUNTS'], ['Accounts']],
      ['a b/+', ['a b/c'], ['a/c']],
    ];
    const sender = await RawClient.connected(port);
    for (const [filter, taken, others] of cases) {
      const client = await RawClient.connected(port);
      await client.subscribe(filter);
      for (const topic of [...taken, ...others]) sender.write(publishPacket(topic, 'x'));
      await sender.untilPing();
      const came = (await client.untilPing()).map((one) => published(one).topic);
      expect([filter, came]).toEqual([filter, taken]);
      client.end();
    }
  });
});

describe('MQTT-3.1.2-24: keepalive', { timeout: LONG }, () => {
  it('a client that says nothing for one and a half of it is closed, one that pings is not', async () => {
    const { ManualClock } = await import('../../src/clock.ts');
    const clock = new ManualClock();
    const { mqtt, port } = await openBroker({ mqtt: { tcp: { host: '127.0.0.1', port: 0 }, clock } });
    const silent = await RawClient.connected(port, { keepalive: 10 });
    const alive = await RawClient.connected(port, { keepalive: 10 });
    const forever = await RawClient.connected(port, { keepalive: 0 });
    clock.advance(14_000);
    await alive.untilPing();
    clock.advance(2_000);
    await silent.closed();
    await until(() => mqtt.counts.SILENT === 1);
    expect(await alive.untilPing()).toEqual([]);
    expect(await forever.untilPing()).toEqual([]);
    const mute = await RawClient.open(port);
    await until(() => mqtt.connections === 3);
    clock.advance(10_000);
    await mute.closed();
    expect(mqtt.counts.NO_CONNECT).toBe(1);
  });
});
