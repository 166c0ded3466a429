/** The question where the hub is: who gets an answer, and that nobody can make a flood of it. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Where } from '../../src/hub/where.ts';
import type { Peer } from '../../src/transport/transport.ts';
import { udpPeer } from '../helpers/peers.ts';
import { startHub } from './helpers.ts';

const HOME = '0123456789abcdef';
const bytes = (message: object) => Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
const question = (params: object = { board: 'greenhouse' }, id: unknown = 1) =>
  bytes({ id, method: '$where', params });

/** Somebody at an address, and what was sent there. */
function asker(host = '192.168.1.20') {
  const answers: string[] = [];
  const send = (data: Uint8Array) => answers.push(Buffer.from(data).toString()) > 0;
  const peer = { transport: 'udp', host, port: 4_000, stream: false, send };
  return { peer: peer as unknown as Peer, answers };
}

function where(ports: { tcp?: number } = { tcp: 9_000 }) {
  const clock = new ManualClock();
  const counts = { messages: 0, dropped: {} as Record<string, number> };
  const asked = new Where({
    clock,
    counts: counts as never,
    name: 'kiteline',
    home: HOME,
    ports: () => ({ tcp: ports.tcp, tls: undefined }),
    isNear: (host) => host.startsWith('192.168.'),
  });
  return { asked, clock, counts };
}

test('a board that asks is answered, alone, and becomes no board by it', async () => {
  const { hub, udpPort, tcpPort } = await startHub({ home: HOME, name: 'greenhouse-hub' });
  const { socket } = await udpPeer();
  for (let n = 0; n < 2; n++) {
    socket.send(question({ board: 'b' }, `q${n}`), udpPort, '127.0.0.1');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(answer.toString())).toEqual({
      jsonrpc: '2.0',
      id: `q${n}`,
      result: { hub: 'greenhouse-hub', home: HOME, tcp: tcpPort },
    });
  }
  expect(hub.boards()).toEqual([]);
  expect(hub.counts.dropped).toEqual({});
});

test('a hub is asked for by its home, or by none: one that is another is silent', () => {
  const { asked } = where();
  const { peer, answers } = asker();
  for (const home of [HOME, null, undefined]) expect(asked.take(peer, question({ home }))).toBe(true);
  expect(answers).toHaveLength(3);
  for (const params of [{ home: 'fedcba9876543210' }, { home: 5 }, []])
    expect(asked.take(peer, question(params))).toBe(true);
  expect(answers).toHaveLength(3);
});

test('nobody on the internet is answered, and nobody where there is no connection to be had', () => {
  const far = asker('203.0.113.9');
  expect(where().asked.take(far.peer, question())).toBe(true);
  const near = asker();
  expect(where({}).asked.take(near.peer, question())).toBe(true);
  expect([...far.answers, ...near.answers]).toEqual([]);
});

test('what is not the question is left for others', () => {
  const { asked } = where();
  const { peer, answers } = asker();
  for (const data of [
    Buffer.from('where are you? "$where"'),
    Buffer.from('{"$where":1}'),
    bytes({ method: '$where', params: {} }),
    bytes({ id: 1, method: 'where', params: { text: '"$where"' } }),
    Buffer.concat([question(), Buffer.alloc(512, ' ')]),
  ])
    expect(asked.take(peer, data), data.toString()).toBe(false);
  expect(answers).toEqual([]);
});

test('a flood of questions gets a bounded number of answers, no longer than a quarter more than they are', () => {
  const { asked, clock, counts } = where();
  const { peer, answers } = asker();
  const small = question({});
  for (let n = 0; n < 700; n++) asked.take(peer, small);
  expect(answers).toHaveLength(500);
  expect(counts.dropped).toEqual({ TOO_MANY_QUESTIONS: 200 });
  clock.advance(1_000);
  asked.take(peer, small);
  expect(answers).toHaveLength(501);
  const asIs = question({ board: 'greenhouse' });
  expect((answers[0]?.length ?? 0) / asIs.length).toBeLessThan(1.25);
  asked.take(peer, question({}, 'x'.repeat(65)));
  expect(answers).toHaveLength(501);
});
