/** The board as the server: it listens, the hub dials, and the promises are the same. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Keys } from '../../src/index.ts';
import { Air, boardLibrary } from '../../src/virtual/index.ts';
import { freePort, makeBoard, watch } from '../helpers/board.ts';
import { COUNTING, count, HERE, presence, startHub } from '../helpers/hub.ts';
import { Connection } from '../helpers/library.ts';

/** A board that listens on a free port of its own address. @param settings further arguments of Board() */
async function listening(then: string, settings = '') {
  const board = await makeBoard({ air: new Air({ joinMs: 10 }) });
  const port = await freePort('tcp', board.address);
  board.write({
    ...boardLibrary(),
    'main.py': `
import asyncio, kiteline
from kiteline.connection import Connection
Connection.HELLO_MS = 700
board = kiteline.Board("b", wifi=[("lab", "secret")], listen=${port}${settings})
${then}
board.run()
`,
  });
  const running = watch(board);
  return { board, running, port, url: `tcp://${board.address}:${port}` };
}

/** A connection to the board, as anybody can make it. */
async function stranger(host: string, port: number): Promise<Socket> {
  for (;;) {
    const socket = connect(port, host);
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    const stands = await new Promise<boolean>((done) => {
      socket.once('connect', () => done(true));
      socket.once('close', () => done(false)); // it does not listen yet
    });
    if (stands) return socket;
  }
}

const answerHello = (connection: Connection, hello: { id: unknown; params: { boot: string } }) =>
  connection.say({
    id: hello.id,
    result: {
      session: 's',
      hub: 'run-1',
      time: Date.now(),
      clock: 0,
      keepalive: 10_000,
      acks: { [hello.params.boot]: 0 },
    },
  });

test('the hub dials: samples are stored once and in order, a command runs, and it goes on with the next hub', async () => {
  const { running, url } = await listening(`${COUNTING(200)}
@board.command(on=bool)
def led(on):
    return {"on": on}
`);
  const { hub: first, numbers } = await startHub({}, {});
  const there = presence(first, 'online');
  first.dial(url);
  await there;
  expect(await first.board('b')?.command('led', { on: true })).toEqual({
    outcome: 'done',
    result: { on: true },
  });
  await running.out(/all stored 0\n/);
  expect(await numbers()).toEqual(count(200));
  await first.close();
  const { hub: second } = await startHub({}, {});
  second.dial(url);
  await running.out(/offline[\s\S]*online, as b\n/);
});

test('the hub that dials steers, too, by datagram to where it called from', async () => {
  const { running, url } = await listening(`
@board.control("drive", lease=5_000, stop=lambda: print("halt"), speed=float)
def drive(speed):
    print("speed", speed)
`);
  const { hub } = await startHub({}, { udp: HERE });
  const there = presence(hub, 'online');
  const found = new Promise<void>((done) =>
    hub.on('control', (event) => event.state === 'way' && event.via === 'datagram' && done()),
  );
  hub.dial(url);
  await there;
  const drive = hub.board('b')?.control('drive', { holdMs: Number.POSITIVE_INFINITY });
  drive?.set({ speed: 0.5 });
  await running.out(/speed 0\.5\n/);
  await found;
  drive?.release();
  await running.out(/halt\n/);
});

test('a second connection is a candidate until it has answered hello, and then takes over', async () => {
  const { board, running, port } = await listening('');
  await running.out(/^/);
  const first = new Connection(await stranger(board.address, port));
  answerHello(first, (await first.take('hello')) as never);
  await running.out(/online, as b\n/);
  const second = new Connection(await stranger(board.address, port));
  const hello = (await second.take('hello')) as never;
  // Until then the first one is the session, in every respect.
  expect(await first.ask({ id: 'p', method: '$ping', params: {} })).toMatchObject({ result: {} });
  answerHello(second, hello);
  await first.ended;
  await running.out(/offline: the hub has made another connection\n/);
  expect(await second.ask({ id: 'p', method: '$ping', params: {} })).toMatchObject({ result: {} });
});

test('strangers that say nothing, or anything without end, cost no more than their time, and the session nothing', async () => {
  const { board, running, port, url } = await listening(COUNTING(400));
  const { hub, numbers } = await startHub({}, {});
  const there = presence(hub, 'online');
  hub.dial(url);
  await there;
  const silent = await stranger(board.address, port);
  silent.resume();
  const talker = await stranger(board.address, port);
  talker.resume();
  const gone = [once(silent, 'close'), once(talker, 'close')];
  const talking = setInterval(() => talker.write('x'.repeat(8_000)), 5);
  onTestFinished(() => clearInterval(talking));
  await Promise.all(gone);
  await running.out(/does not answer as a hub does\n/);
  await running.out(/all stored 0\n/);
  expect(await numbers()).toEqual(count(400));
  expect(hub.boards()).toMatchObject([{ name: 'b', reconnects: 0 }]);
});

test('however many connect, two are candidates, and the hub gets through', async () => {
  const { board, url, port } = await listening('Connection.HELLO_MS = 60000');
  const crowd = await Promise.all(Array.from({ length: 8 }, () => stranger(board.address, port)));
  for (const socket of crowd) socket.resume();
  const { hub } = await startHub({}, {});
  const there = presence(hub, 'online');
  hub.dial(url);
  await there;
});

test('with a key, a stranger learns the name and nothing more, also beside a session; the hub that has it gets everything', async () => {
  const keys = new Keys();
  const key = Buffer.from((await keys.add('b')).key).toString('hex');
  const { board, running, port, url } = await listening(
    `${COUNTING(20)}
@board.task
async def go():
    print("planned", await board.call("plan", timeout=60000))`,
    `, key="${key}"`,
  );
  const impostor = new Connection(await stranger(board.address, port));
  const question = await impostor.take('$prove');
  impostor.say({ id: question.id, result: { nonce: '0'.repeat(32), proof: '0'.repeat(32) } });
  await impostor.ended;
  expect(impostor.lines).toHaveLength(1);
  await running.out(/cannot prove that it is yours/);
  const { hub, numbers } = await startHub({ keys }, {});
  const asked = new Promise<() => void>((called) => {
    hub.method('plan', () => new Promise((answer) => called(() => answer('straight on'))));
  });
  hub.dial(url);
  const answer = await asked; // the session's call is open now
  const beside = new Connection(await stranger(board.address, port));
  await beside.take('$prove');
  for (let id = 1; id < 20; id++) beside.say({ id, result: 'into the wall' });
  await beside.ended;
  expect(beside.lines).toHaveLength(1);
  answer();
  await running.out(/planned straight on\n/);
  await running.out(/all stored 0\n/);
  expect(await numbers()).toEqual(count(20));
});
