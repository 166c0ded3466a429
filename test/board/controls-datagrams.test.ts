/** Setpoints by datagram: the way is made known, found, and counted; the session stays the other one. */
import { expect, test } from 'vitest';
import type { Message } from '../helpers/library.ts';
import { command, FRESH, happened, ScriptedDatagrams, setpoint, steer, until } from '../helpers/setpoints.ts';

const LONG = 60_000;

/** A board that has shown the way to it. */
async function start(lease: number, program = '') {
  const datagrams = await ScriptedDatagrams.start();
  const steered = await steer(lease, program, { udp: datagrams.port });
  const ping = await datagrams.take('$ping');
  return { ...steered, datagrams, ping, to: ping.from };
}

test('it asks until it is answered, with the trailer of its session', async () => {
  const { datagrams, ping, to } = await start(LONG);
  expect(ping.message).toEqual({
    jsonrpc: '2.0',
    id: expect.stringMatching(/^u\d+$/),
    method: '$ping',
    params: {},
  });
  expect(ping.trailer).toBe('s.1');
  const second = await datagrams.take('$ping');
  expect(second.trailer).toBe('s.2');
  expect(second.from).toMatchObject({ address: to.address, port: to.port });
});

test('a hub without datagrams is asked for none', async () => {
  const { session } = await steer(
    LONG,
    '@board.command\ndef loaded():\n    import sys\n    return "kiteline.datagrams" in sys.modules',
  );
  session.say(setpoint(1, FRESH, { left: 1 }));
  expect(await happened(session)).toEqual(['set 1', 'left 1.0']);
  expect(await session.ask(command('loaded'))).toMatchObject({ result: false });
});

test('the newest of both ways wins, and each way hears what came by it, ten times a second at most', async () => {
  const { datagrams, session, to } = await start(LONG);
  datagrams.say(setpoint(2, FRESH, { left: 0.2 }), to);
  const first = await datagrams.take('$seen');
  expect(first.message.params).toEqual({ control: 'drive', n: 2, got: 1, clock: expect.any(Number) });
  session.sayTogether([
    setpoint(1, FRESH, { left: 0.1 }),
    setpoint(2, FRESH, { left: 0.2 }),
    setpoint(3, FRESH, { left: 0.3 }),
  ]);
  expect((await session.take('$seen')).params).toMatchObject({ n: 1, got: 1 });
  expect(await happened(session)).toEqual(['set 2', 'left 0.2', 'set 3', 'left 0.3']);
  // Doubles are counted, too: the hub sends them to learn of this way.
  const next = datagrams.take('$seen');
  let told: Message | undefined;
  void next.then(({ message }) => {
    told = message.params;
  });
  let sent = 1;
  for (; !told; sent++) {
    datagrams.say(setpoint(2, FRESH, { left: 0.2 }), to);
    await happened(session);
  }
  expect(told).toMatchObject({ n: 2 });
  expect(told.got).toBeGreaterThan(2);
  expect(told.got).toBeLessThanOrEqual(sent);
  expect(told.clock - first.message.params.clock).toBeGreaterThanOrEqual(100);
  expect(await happened(session)).toHaveLength(4);
});

test('of what waited while the board did something else, the newest acts', async () => {
  const { datagrams, session, running, to } = await start(
    LONG,
    `
@board.command
def block():
    print("blocks")
    time.sleep_ms(400)
`,
  );
  session.say(command('block'));
  await running.out(/blocks\n/);
  for (const n of [1, 4, 2, 3]) datagrams.say(setpoint(n, FRESH, { left: n / 10 }), to);
  expect(await until(session, 'set 4')).toEqual(['set 4', 'left 0.4']);
});

test('a chip without memory for a datagram goes on, and counts', async () => {
  const { datagrams, session, running, to } = await start(
    LONG,
    `
import socket
def full(self, data, to):
    raise OSError(12)
@board.command
def fill():
    socket.socket.sendto = full
@board.command
def unsent():
    return board._controls._datagrams.unsent
`,
  );
  await session.ask(command('fill'));
  datagrams.say(setpoint(1, FRESH, { left: 0.1 }), to);
  expect(await until(session, 'left 0.1')).toEqual(['set 1', 'left 0.1']);
  expect((await session.ask(command('unsent'))).result).toBeGreaterThan(0);
  expect(running.stderr()).toBe('');
});

test('datagrams of another session, of nobody, and what is no message do nothing', async () => {
  const { datagrams, session, running, to } = await start(LONG);
  const text = JSON.stringify({ jsonrpc: '2.0', ...setpoint(1, FRESH, { left: 1 }) });
  for (const bytes of [
    text,
    `${text}\tt.1`,
    `${text}\ts`.slice(0, -1),
    '\ts.1',
    'x\ts.1',
    '[1]\ts.1',
    '{"method":"$set"}\ts.1',
    '{"id":1,"result":5}\ts.1',
    '{"id":"ux","result":{}}\ts.1',
    '',
  ]) {
    datagrams.write(bytes, to);
    await happened(session); // no more than the chip's mailbox holds
  }
  datagrams.say(setpoint(2, FRESH, { left: 0.5 }), to);
  expect(await until(session, 'left 0.5')).toEqual(['set 2', 'left 0.5']);
  expect(running.stderr()).toBe('');
});

test('an answer by datagram teaches the clock: what seemed late is in time', async () => {
  const { datagrams, session, ping, to } = await start(LONG);
  // The hub's session clock began an hour after hello was said: so long was hello on its way.
  const t = -3_600_000;
  datagrams.say(setpoint(1, t, { left: 0.1 }), to);
  expect((await session.take('$ping')).id).toEqual(expect.any(Number));
  const asked = await datagrams.take(
    ({ message }) => message.method === '$ping' && message.id !== ping.message.id,
  );
  expect(await happened(session)).toEqual([]);
  datagrams.say({ id: asked.message.id, result: { time: Date.now(), clock: t } }, to);
  datagrams.say(setpoint(2, t, { left: 0.2 }), to);
  expect(await until(session, 'set 2')).toEqual(['set 2', 'left 0.2']);
});

test('a new session has a socket of its own, and the old one is closed', async () => {
  const { hub, session, datagrams, to } = await start(LONG);
  session.cut();
  const second = await hub.session({ session: 's2', udp: datagrams.port });
  const ping = await datagrams.take(({ trailer }) => trailer.startsWith('s2.'));
  expect(ping.trailer).toBe('s2.1');
  expect(ping.from.port).not.toBe(to.port);
  datagrams.say(setpoint(1, FRESH, { left: 0.1 }), ping.from, 's2');
  expect(await until(second, 'set 1')).toEqual(['set 1', 'left 0.1']);
});
