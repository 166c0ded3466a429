/** The link: whatever becomes of a connection, the next one begins clean, and not too soon. */
import { expect, test } from 'vitest';
import { Air } from '../../src/virtual/index.ts';
import { freePort, JOIN } from '../helpers/board.ts';
import { boardAt, type Connection, ScriptedHub, startLibrary } from '../helpers/library.ts';

/** Says on the serial port what the trace says, and runs. */
const TRACED = `
import sys
def trace(event, *args):
    sys.stdout.write("trace %s %s\\n" % (event, args))
board.trace = trace
`;

test('$ping is answered at once, also while async handlers run', async () => {
  const hub = await ScriptedHub.start();
  await startLibrary(`${boardAt(hub.port)}
@board.command
async def waits():
    await asyncio.sleep(1000)
board.run()
`);
  const session = await hub.session();
  session.say({ id: 1, method: 'waits', params: {} });
  expect(await session.ask({ id: 'ping1', method: '$ping', params: {} })).toEqual({
    jsonrpc: '2.0',
    id: 'ping1',
    result: {},
  });
  expect(await session.ask({ id: 2, method: '$ping' })).toMatchObject({ id: 2, result: {} });
  // What this version does not know is said to be so, and a notification of it is nothing.
  session.say({ method: '$later', params: {} });
  expect(await session.ask({ id: 3, method: '$later' })).toMatchObject({ error: { code: -32601 } });
});

test('a hub that is silent for 2.5 keepalives is gone; what had come of a line is forgotten', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port, 'keepalive=100')}${TRACED}
@board.command
def led(on):
    return on
board.run()
`);
  const first = await hub.session({ keepalive: 100 });
  expect(first.hello.keepalive).toBe(100);
  first.write('{"jsonrpc":"2.0","id":1,"method":"led","params":{"on":"温'.slice(0, -1));
  first.write(Buffer.from('温').subarray(0, 2));
  await running.out(/trace offline \('the hub is silent',\)/);
  await first.ended;
  const second = await hub.session();
  expect(await second.ask({ id: 2, method: 'led', params: { on: 'off' } })).toMatchObject({ result: 'off' });
});

test('a hub that sends without reading is gone after 2.5 keepalives, and nothing grows meanwhile', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port, 'keepalive=400, queue_bytes=100000')}${TRACED}
@board.every(1)
def fill():
    return {"text": "x" * 7000}
board.run()
`);
  let session: Connection | undefined;
  // On a busy machine the pings may come too late, which is silence, and told as that: then the next session shows it.
  const ignore = async (): Promise<void> => {
    session = await hub.session({ keepalive: 400 });
    session.socket.pause();
    return ignore();
  };
  void ignore().catch(() => {}); // a session that breaks off after this test
  const ping = setInterval(() => session?.say({ id: 'p', method: '$ping', params: {} }), 20);
  try {
    await running.out(/trace offline \('the hub does not read what this board sends',\)/);
  } finally {
    clearInterval(ping);
  }
});

test('many long replies at once all come: no more is read than can be answered', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}
@board.command
def long(n):
    return [n, "x" * 8000]
board.run()
`);
  const session = await hub.session();
  const asked = Array.from({ length: 16 }, (_, n) => ({
    jsonrpc: '2.0',
    id: n + 1,
    method: 'long',
    params: { n },
  }));
  session.write(asked.map((message) => `${JSON.stringify(message)}\n`).join(''));
  for (const { id, params } of asked) expect((await session.answer(id)).result[0]).toBe(params.n);
  expect(running.stdout()).not.toMatch(/offline/);
});

test('refused, hung up, no answer to hello, an answer that is none: each is told, and the next try is a new one', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`
from kiteline.connection import Connection
Connection.HELLO_MS = 300
${boardAt(hub.port)}
board.run()
`);
  const refused = await hub.connection();
  const hello = await refused.take('hello');
  refused.say({ id: hello.id, error: { code: -32602, message: 'no such name' } });
  await running.out(/kiteline: offline: 127\.0\.0\.1:\d+ refuses this board: no such name\n/);
  const strange = await hub.connection();
  const { id } = await strange.take('hello');
  strange.say({ id, result: { session: 's', hub: 'h', time: 'now', clock: 0, keepalive: 1, acks: {} } });
  await running.out(/refuses this board: it answers hello as no hub of Kiteline does\n/);
  const troubled = await hub.connection();
  const again = await troubled.take('hello');
  troubled.say({ id: again.id, error: { code: -32603, message: 'the store failed: say hello again later' } });
  await running.out(/refuses this board: the store failed: say hello again later\n/);
  const rude = await hub.connection();
  rude.socket.end('ok');
  await running.out(/kiteline: offline: the hub closed the connection\n/);
  const dumb = await hub.connection();
  await dumb.take('hello');
  await running.out(/kiteline: offline: 127\.0\.0\.1:\d+ does not answer as a hub does\n/);
  // Before the answer to hello nothing is taken, and of a stranger's answers none.
  const good = await hub.connection();
  good.say({ id: 1, method: '$ping', params: {} });
  good.say({ method: '$ack', params: { seq: 1 } });
  good.say({ id: 999, result: {} });
  const last = await good.take('hello');
  expect(good.left).toEqual([]);
  const acks = { [last.params.boot]: 0 };
  good.say({ id: last.id, result: { session: 's', hub: 'h', time: 5, clock: 0, keepalive: 9000, acks } });
  await running.out(/kiteline: online, as b\n/);
});

test('tries are no closer than APART_MS, and their pauses grow', async () => {
  const port = await freePort('tcp', '127.0.0.1');
  const running = await startLibrary(`${boardAt(port)}
Link.APART_MS = 120
Link.RETRY_MS = (60, 100000)
tried = []
def trace(event, *args):
    if event == "dial":
        tried.append(board._link._tried)
        if len(tried) == 5:
            gaps = [b - a for a, b in zip(tried, tried[1:])]
            print("gaps", [gap >= least for gap, least in zip(gaps, (120, 120, 120, 240))])
board.trace = trace
board.run()
`);
  // Pauses of 60, 120, 240, 480 of which half is sure. By the moments that the link itself keeps: a thread that gets no processor
  // takes down others.
  await running.out(/gaps \[True, True, True, True\]/);
  expect(running.stdout()).toMatch(
    /kiteline: offline: no connection to 127\.0\.0\.1:\d+: \[Errno \d+\] E\w+; is a hub running there\?\n/,
  );
});

test('the one that says goodbye is believed, its last acknowledgements too; another board of the same name is told', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`${boardAt(hub.port)}
board.send({"n": 1})
@board.task
async def tell():
    await board.stored(20000)
    print("stored")
board.run()`);
  const first = await hub.session();
  await first.sample(1);
  first.say({ method: '$bye', params: { why: 'hub closed' } });
  first.say({ method: '$ack', params: { seq: 1 } });
  first.socket.end();
  await running.out(/stored\n/);
  await running.out(/kiteline: offline: the hub ended the session: hub closed\n/);
  const second = await hub.session();
  second.say({ method: '$bye', params: { why: 'replaced' } });
  // This one leaves the connection open.
  await running.out(/kiteline: offline: the hub ended the session: another board says that it is "b"\n/);
  await second.ended;
  await hub.session();
});

test.each([
  ['', ''],
  [', also in one that it was in before it started', JOIN],
])(
  'a chip that believes itself in the Wi-Fi and reaches nobody begins the Wi-Fi anew%s',
  async (_, before) => {
    const hub = await ScriptedHub.start();
    const air = new Air({ joinMs: 10 });
    const running = await startLibrary(
      `${before}
import kiteline
from kiteline.connection import Connection
from kiteline.link import Link
from kiteline.radio import Radio
Connection.CONNECT_MS = 60
Link.RETRY_MS = (1, 1)
Link.APART_MS = 1
Radio.DOUBT_MS = (150, 300)
board = kiteline.Board("b", "127.0.0.1:${hub.port}", [("lab", "secret")])
board.run()
`,
      { air },
    );
    air.setWeather({ delayMs: 60_000 });
    await running.out(/kiteline: offline: 127\.0\.0\.1:\d+ does not answer\n/);
    await running.out(/kiteline: nobody can be reached: the Wi-Fi begins anew\n/);
    air.setWeather({ delayMs: 0 });
    const online = running.out(/kiteline: online, as b\n/);
    await hub.session();
    await online;
  },
);

test('whatever goes wrong in the link itself, it tries again', async () => {
  const hub = await ScriptedHub.start();
  const running = await startLibrary(`
import kiteline
from kiteline.link import Link
Link.APART_MS = 1
class Station:
    connected = False
    why = None
    async def join(self):
        self.join = self.again
        raise MemoryError("no room")
    async def again(self):
        self.connected = True
board = kiteline.Board("b", "127.0.0.1:${hub.port}")
import network
network.WLAN(network.STA_IF).active(True)
network.WLAN(network.STA_IF).connect("lab", "secret")
board._link._station = Station()
from kiteline.radio import Radio
board._link.radio = Radio(board._link, board, board._link._station)
board.run()
`);
  await running.err(/^link\nTraceback[\s\S]+MemoryError: no room/);
  await hub.session();
});

test('a connection that breaks while it is made, and one that half breaks', async () => {
  const hub = await ScriptedHub.start();
  const air = new Air({
    joinMs: 10,
    cut: ({ number }) =>
      number === 0
        ? { direction: 'to-board', bytes: 0 }
        : number === 1
          ? { direction: 'to-board', bytes: 10, how: 'silence' }
          : undefined,
  });
  const running = await startLibrary(
    `
from kiteline.connection import Connection
Connection.HELLO_MS = 400
${boardAt(hub.port)}
board.run()
`,
    { air },
  );
  await hub.connection();
  await hub.session();
  await running.out(/does not answer as a hub does\n/);
  await hub.session();
  await running.out(/kiteline: online, as b\n/);
});
