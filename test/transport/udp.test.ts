import { expect, onTestFinished, test } from 'vitest';
import type { Peer } from '../../src/transport/transport.ts';
import { listenUdp } from '../../src/transport/udp.ts';
import { limits } from '../../src/wire/index.ts';
import { Recorder, transportSuite } from '../suites/transport.ts';
import { plainUdp } from './plain.ts';

transportSuite('UDP', async () => {
  const transport = await listenUdp({ host: '127.0.0.1', port: 0 });
  return { transport, connect: () => plainUdp(transport.port) };
});

async function begin(options: { host?: string; maxPeers?: number } = {}) {
  const transport = await listenUdp({ host: '127.0.0.1', port: 0, ...options });
  const events = new Recorder();
  transport.start(events);
  onTestFinished(() => transport.close());
  const connect = async (host?: string) => {
    const end = await plainUdp(transport.port, host);
    onTestFinished(() => end.close());
    return end;
  };
  return { transport, events, connect };
}

test('a datagram is one message, whatever it holds', async () => {
  const { events, connect } = await begin();
  const end = await connect();
  end.send('one\ntwo');
  expect((await events.next('message')).text).toBe('one\ntwo');
});

test('the largest datagram there is becomes a counted loss', async () => {
  const { events, connect } = await begin();
  const end = await connect();
  end.send(Buffer.alloc(65_507, 'x'));
  expect(await events.next('dropped')).toMatchObject({ reason: 'LINE_TOO_LONG', count: 1 });
});

test('what is larger than a datagram of ours is not sent', async () => {
  const { events, connect } = await begin();
  const end = await connect();
  end.send('hello');
  const { peer } = await events.next('message');
  expect(peer.send(new Uint8Array(limits.datagramBytes + 1))).toBe(false);
  expect(await events.next('dropped')).toMatchObject({ reason: 'DATAGRAM_TOO_LONG' });
  expect(peer.send(new Uint8Array(limits.datagramBytes))).toBe(true);
  expect(await end.received(limits.datagramBytes)).toHaveLength(limits.datagramBytes);
});

test('remembers so many senders, and forgets the one that was silent longest', async () => {
  const { events, connect } = await begin({ maxPeers: 2 });
  const [one, two, three] = [await connect(), await connect(), await connect()];
  for (const end of [one, two, one, three]) {
    end.send('x');
    await events.next('message');
  }
  expect(events.all.filter((event) => event.what === 'closed')).toMatchObject([
    { peer: { address: two.address }, reason: 'EVICTED' },
  ]);
});

test('an address that was forgotten is a new peer, and may be the one that spoke last', async () => {
  const { events, connect } = await begin({ maxPeers: 1 });
  const [one, two] = [await connect(), await connect()];
  const peers: Peer[] = [];
  for (const end of [one, one, two, one]) {
    end.send('x');
    peers.push((await events.next('message')).peer);
  }
  expect(peers.map(({ address }) => address)).toEqual([one, one, two, one].map(({ address }) => address));
  expect(peers[1]).toBe(peers[0]);
  expect(peers[3]).not.toBe(peers[0]);
  peers[3]?.close();
  one.send('x');
  const { peer } = await events.next('message');
  expect(peer).not.toBe(peers[3]);
  expect(peer.counts.messagesIn).toBe(1);
});

test('says which receive buffer the system has granted', async () => {
  const { transport } = await begin();
  expect(transport.receiveBuffer).toBeGreaterThanOrEqual(64 * 1024);
});

test('sends to an address that has not spoken', async () => {
  const { transport, connect } = await begin();
  const end = await connect();
  const port = Number(end.address.split(':')[1]);
  expect(transport.peer('127.0.0.1', port).send(Buffer.from('first'))).toBe(true);
  expect(String(await end.received(5))).toBe('first');
});

test('a socket for both families shows and answers an IPv4 sender by its IPv4 address', async () => {
  const { transport, events, connect } = await begin({ host: '::' });
  const v4 = await connect();
  v4.send('four');
  const { peer } = await events.next('message');
  expect(peer.address).toBe(v4.address);
  peer.send(Buffer.from('back'));
  expect(String(await v4.received(4))).toBe('back');
  expect(transport.peer('127.0.0.1', peer.port)).toBe(peer);
  const v6 = await connect('::1');
  v6.send('six');
  expect((await events.next('message')).peer.address).toMatch(/^\[::1\]:\d+$/);
});

test('whom its owner does not let in is not listened to, and no peer; whoever was sent to is', async () => {
  const { transport, events, connect } = await begin();
  const [stranger, friend, called] = [await connect(), await connect(), await connect()];
  events.isAdmitted = (host, port) => `${host}:${port}` === friend.address;
  stranger.send('hello');
  friend.send('hi');
  expect((await events.next('message')).text).toBe('hi');
  transport.peer('127.0.0.1', Number(called.address.split(':')[1]));
  called.send('here');
  expect((await events.next('message')).text).toBe('here');
  stranger.send('hello again');
  friend.send('hi again');
  expect((await events.next('message')).text).toBe('hi again');
});
