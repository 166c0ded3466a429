/** What the doctor says of this computer and of the hub on it, each fault made. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { FastClock, ManualClock, systemClock } from '../../src/clock.ts';
import { gatherComputer } from '../../src/doctor/gather/computer.ts';
import { answersMdns } from '../../src/doctor/gather/mdns.ts';
import { KitelineError, MemoryStore } from '../../src/index.ts';
import { computer, found, idsIn, startClinic, WELL } from './clinic.ts';

test('a port that another program has', async () => {
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const where = server.address();
  const tcp = typeof where === 'object' && where ? where.port : 0;
  const facts = { computer: await gatherComputer({ tcp, udp: 0, http: 0 }, undefined, WELL) };
  const { hop, what, todo } = found(facts, 'port-taken');
  expect(hop).toBe('computer');
  expect(what).toMatch(
    new RegExp(`TCP 0\\.0\\.0\\.0:${tcp} is taken by .*stop it, or choose another port with --tcp`),
  );
  expect(todo).toMatch(/start the hub with other ports/);
});

test('ports that are free are no finding, and are free afterwards', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(() => done()));
  for (const _ of [1, 2])
    expect(
      idsIn({ computer: await gatherComputer({ tcp: 0, udp: port, http: 0 }, undefined, WELL) }),
    ).toEqual([]);
});

test('a computer in no network, and one that no router gave an address', async () => {
  const none = { computer: await computer({ interfaces: () => ({}) }) };
  expect(found(none, 'no-lan')).toMatchObject({
    what: expect.stringMatching(/no address in a local network/),
    how: 'It has loopback addresses alone.',
    todo: expect.stringMatching(/network cable/),
  });
  const [own] = WELL.interfaces?.().eth0 ?? [];
  if (!own) throw new Error('no interface');
  const alone = {
    computer: await computer({ interfaces: () => ({ eth0: [{ ...own, address: '169.254.3.4' }] }) }),
  };
  expect(found(alone, 'no-lan').how).toMatch(/169\.254\.3\.4 alone, which a computer gives itself/);
});

test('a disk that is full', async () => {
  const statfs = (async () => ({ bsize: 4_096, bavail: 3_000, blocks: 2e7 })) as unknown as NonNullable<
    typeof WELL.statfs
  >;
  const { what, how, todo } = found({ computer: await computer({ statfs }) }, 'disk-full');
  expect(what).toBe("The disk of the hub's history has only 12 MB left.");
  expect(how).toMatch(/The system says so of .*kiteline-data/);
  expect(todo).toMatch(/--keep 30d --max-size 500MB/);
});

test('a hub whose store failed: what it said', async () => {
  class Full extends MemoryStore {
    protected override async _append(): Promise<void> {
      throw new KitelineError('STORE_FAILED', 'history.db: no space left on the device.');
    }
  }
  const { look, server } = await startClinic({ store: new Full() });
  await fetch(`${server.url}/samples`, { method: 'POST', body: '{"n":1}' });
  const facts = await look();
  expect(found(facts, 'disk-full')).toMatchObject({
    what: expect.stringMatching(/could not store|only .* left/),
    how: 'The store said: history.db: no space left on the device.',
  });
});

test('a clock that was never set, and one that is not the hub’s', async () => {
  const never = { computer: await computer({ now: () => Date.UTC(1970, 0, 2) }) };
  expect(found(never, 'clock-wrong').what).toBe('The clock of this computer is wrong: it says 1970-01-02.');
  const { look } = await startClinic();
  const { hub, ...facts } = await look();
  if (!hub) throw new Error('no hub');
  const ahead = { ...facts, hub: { ...hub, aheadMs: 3 * 3_600_000 } };
  expect(found(ahead, 'clock-wrong').what).toBe("The clocks of this computer and the hub's differ by 3 h.");
});

test('a hub that is bound to loopback; and one that is not is well', async () => {
  const { look } = await startClinic();
  const { what, how, todo, hop } = found(await look(), 'hub-loopback');
  expect([hop, what]).toEqual([
    'hub',
    expect.stringMatching(/listens on this computer alone \(127\.0\.0\.1:\d+\)/),
  ]);
  expect(how).toBe('It was asked where it listens.');
  expect(todo).toMatch(/--host 0\.0\.0\.0/);
  const open = await startClinic({}, {}, { tcp: { host: '0.0.0.0', port: 0 } });
  expect(idsIn(await open.look())).toEqual([]);
});

test('no hub at all', async () => {
  const facts = { computer: await computer(), noHub: { message: 'No hub is running here.' } };
  expect(found(facts, 'no-hub').todo).toMatch(/kiteline up/);
});

test('a hub whose name nobody answers to by mDNS', async () => {
  // Nobody has this name, whatever else the network answers.
  const { look } = await startClinic({}, { mdns: `kiteline-${process.pid}-nobody.local` });
  expect(found(await look(undefined, new FastClock(20)), 'mdns-silent')).toMatchObject({
    hop: 'network',
    what: expect.stringMatching(/Nobody in the network answers to kiteline-\d+-nobody\.local/),
    todo: expect.stringMatching(/UDP 5353/),
  });
});

test('the question is one that a responder understands, and its answer is taken', async () => {
  const responder = createSocket('udp4').bind(0, '127.0.0.1');
  await once(responder, 'listening');
  onTestFinished(() => void responder.close());
  const asked: Buffer[] = [];
  responder.on('message', (bytes, from) => {
    asked.push(bytes);
    const answer = Buffer.from(bytes);
    answer[2] = 0x84; // a response, of who has the name
    answer.writeUInt16BE(1, 6);
    responder.send(
      Buffer.concat([answer, Buffer.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 120, 0, 4, 10, 0, 0, 2)]),
      from.port,
    );
  });
  const to = { host: '127.0.0.1', port: responder.address().port };
  expect(await answersMdns('kiteline.local', systemClock, [], to)).toBe(true);
  expect(asked[0]?.subarray(12)).toEqual(Buffer.from('\x08kiteline\x05local\0\0\x01\0\x01', 'latin1'));
  responder.removeAllListeners('message').on('message', () => clock.advance(1_000));
  const clock = new ManualClock();
  expect(await answersMdns('kiteline.local', clock, [], to)).toBe(false);
});
