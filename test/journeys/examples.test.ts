import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import asyncioTcp from '../../examples/asyncio-tcp/hub.ts';
import boardLibraryHub from '../../examples/board-library/hub.ts';
import plainTcp from '../../examples/plain-tcp/hub.ts';
import plainUdp from '../../examples/plain-udp/hub.ts';
import steering from '../../examples/steering/hub.ts';
import { createHub, type Hub } from '../../src/index.ts';
import { Air, boardLibrary } from '../../src/virtual/index.ts';
import { freePort, makeBoard, startBoard, watch } from '../helpers/board.ts';
import { ask, dial } from '../helpers/peers.ts';

/** An example's program as it stands, but for the port. */
const example = (path: string, port: number) =>
  readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8').replace(
    /^PORT = 9000$/m,
    `PORT = ${port}`,
  );

async function startHub(app: (hub: Hub) => void) {
  const hub = createHub();
  onTestFinished(() => hub.close());
  const at = { host: '127.0.0.1', port: 0 };
  const { tcp, udp } = await hub.listen({ tcp: at, udp: at });
  app(hub);
  return { hub, tcpPort: tcp?.port ?? 0, udpPort: udp?.port ?? 0 };
}

test('plain-udp: readings arrive, and the text of the hub is printed', async () => {
  const { hub, udpPort } = await startHub(plainUdp);
  const running = await startBoard(example('plain-udp/main.py', udpPort));
  await running.out(/in the Wi-Fi, my address is 127\./);
  const values = await new Promise<ReadonlyMap<string, unknown>>((done) =>
    hub.on('sample', (sample) => done(sample.values)),
  );
  expect([...values.keys()].sort()).toEqual(['temp', 'up']);
  hub.board(running.board.address)?.send('hello, board');
  await running.out(/127\.0\.0\.1 says hello, board/);
});

test('plain-tcp: hello and reply, and again after the line broke', async () => {
  const { tcpPort } = await startHub(plainTcp);
  // The first connection breaks in the middle of the reply.
  const air = new Air({
    joinMs: 10,
    cut: ({ number }) => (number === 0 ? { direction: 'to-board', bytes: 5 } : undefined),
  });
  const running = await startBoard(example('plain-tcp/main.py', tcpPort), { air });
  await running.out(/connected\nreply: respo\n|connected\nno connection: \[Errno 104\] ECONNRESET\n/);
  await running.out(/connected\nreply: response number 2\n/);
});

test('plain-tcp: without a hub it says so and goes on trying', async () => {
  const port = await freePort('tcp', '127.0.0.1');
  const running = await startBoard(example('plain-tcp/main.py', port));
  await running.out(/no connection: \[Errno 104\] ECONNRESET\n/);
  const hub = createHub({ reply: 'response...' });
  onTestFinished(() => hub.close());
  await hub.listen({ tcp: { host: '127.0.0.1', port } });
  await running.out(/connected\nreply: response\.\.\.\n/);
});

test('plain-tcp: the board as server answers one visitor after another', async () => {
  const board = await makeBoard();
  const port = await freePort('tcp', board.address);
  board.write({ 'main.py': example('plain-tcp/server.py', port) });
  const running = watch(board);
  const [, address = ''] = await running.out(/send me text at ([\d.]+):/);
  const led = new Promise<void>((done) => board.pin(2).on('change', ({ level }) => level === 1 && done()));
  const first = dial(port, address);
  first.end('hello,esp32!');
  const [reply] = (await new Promise((done) => first.once('data', (bytes) => done([bytes])))) as [Buffer];
  expect(reply.toString()).toBe('I am a lamp, and I am off. Send me on or off.');
  expect(await ask(port, address, 'on')).toBe('the lamp is on');
  await led;
  expect(await ask(port, address, 'off')).toBe('the lamp is off');
  expect(running.stdout()).toMatch(/127\.0\.0\.1 sent 'on': the lamp is on/);
});

test('asyncio-tcp: lines of JSON out, lines of text in, at the same time', async () => {
  const { hub, tcpPort } = await startHub(asyncioTcp);
  const obeyed = new Promise<void>((done) =>
    hub.on('sample', ({ values }) => {
      if (values.get('fan') === true) done();
    }),
  );
  const first = new Promise<string>((done) => hub.on('sample', ({ board }) => done(board)));
  const running = await startBoard(example('asyncio-tcp/main.py', tcpPort));
  await running.out(/connected/);
  hub.board(await first)?.send('fan on\n');
  await running.out(/the hub says fan on/);
  await obeyed;
});

test('board-library: readings are stored, the lamp obeys, the hub plans, and the board says so', async () => {
  const { hub, tcpPort } = await startHub(boardLibraryHub);
  const said = new Promise<string>((done) => hub.on('log', ({ text }) => done(text)));
  const stored = new Promise<ReadonlyMap<string, unknown>>((done) =>
    hub.on('sample', ({ values }) => done(values)),
  );
  const settings = {
    name: 'greenhouse',
    hub: `127.0.0.1:${tcpPort}`,
    wifi: [{ ssid: 'lab', password: 'secret' }],
  };
  const running = await startBoard(example('board-library/main.py', tcpPort), {
    files: { ...boardLibrary(), 'kiteline.json': JSON.stringify(settings) },
  });
  expect((await stored).get('temp')).toBeGreaterThanOrEqual(20);
  expect(await said).toMatch(/^watering for \d+ seconds$/);
  const lamp = new Promise<void>((done) =>
    running.board.pin(2).on('change', ({ level }) => level === 1 && done()),
  );
  expect(await hub.board('greenhouse')?.command('lamp', { on: true })).toEqual({
    outcome: 'done',
    result: { on: true },
  });
  await lamp;
  expect(await hub.board('greenhouse')?.command('lamp', { on: 'yes' })).toMatchObject({
    outcome: 'failed',
    error: { message: 'lamp: on takes true or false, and got "yes"' },
  });
});

test('steering: the app drives an edge and a corner, an operator takes over, and the rover stops by itself', async () => {
  const { hub, tcpPort } = await startHub(steering);
  const settings = {
    name: 'rover',
    hub: `127.0.0.1:${tcpPort}`,
    wifi: [{ ssid: 'lab', password: 'secret' }],
  };
  const board = await makeBoard({
    files: {
      ...boardLibrary(),
      'kiteline.json': JSON.stringify(settings),
      'main.py': example('steering/main.py', tcpPort),
    },
  });
  /** Resolves once the pin is driven so: 0 for a motor that stands. */
  const driven = (pin: number, duty: number) =>
    new Promise<void>((done) => {
      const look = () => {
        if (Math.abs((board.pin(pin).drive.duty ?? 0) - duty) > 0.001) return;
        board.pin(pin).off('change', look);
        done();
      };
      board.pin(pin).on('change', look);
    });
  const edge = Promise.all([driven(25, 0.6), driven(32, 0.6)]);
  const corner = Promise.all([driven(25, 0.4), driven(33, 0.4)]);
  const running = watch(board);
  await edge;
  await corner;
  const turned = driven(26, 1);
  const operator = hub.board('rover')?.control('drive', { holder: 'ann', takeover: true });
  operator?.set({ left: -1, right: 0 });
  await turned;
  const stands = driven(26, 0);
  await stands;
  expect((await operator?.ended)?.why).toBe('LAPSED');
  expect(running.stderr()).toBe('');
});
