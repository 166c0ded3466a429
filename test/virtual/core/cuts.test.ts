import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Air, type Cut } from '../../../src/virtual/index.ts';
import { JOIN, runBoard, startBoard } from '../../helpers/board.ts';
import { tcpPeer } from '../../helpers/peers.ts';

/** An air that does this to a board's first connection. */
const airWith = (cut: Cut) => new Air({ joinMs: 5, cut: ({ number }) => (number === 0 ? cut : undefined) });

/** A server that keeps what each connection brings, and how it ends. */
async function listener(greet?: (socket: Socket) => void) {
  const heard: string[] = [];
  const ends: string[] = [];
  const changed = { wake: () => {} };
  const port = await tcpPeer((socket) => {
    const number = heard.push('') - 1;
    greet?.(socket);
    socket.on('data', (bytes) => {
      heard[number] += bytes.toString();
      changed.wake();
    });
    socket.on('end', () => ends.push(`${number} end`));
    socket.on('error', (error: NodeJS.ErrnoException) => ends.push(`${number} ${error.code}`));
    socket.on('close', () => changed.wake());
  });
  const until = async (reached: () => boolean) => {
    while (!reached()) {
      const next = Promise.withResolvers<void>();
      changed.wake = next.resolve;
      await next.promise;
    }
  };
  return { port, heard, ends, until };
}

const LINES = 'one\ntwo\nthree\n';

const connected = (port: number) => `${JOIN}
import socket
def connection():
    s = socket.socket()
    s.connect(('127.0.0.1', ${port}))
    return s
def received(s):
    got = b''
    try:
        while True:
            part = s.recv(100)
            if not part: return got, 'end'
            got += part
    except OSError as e:
        return got, e
s = connection()
`;

test('a segment of several lines is cut at every byte of it, exactly', async () => {
  for (let bytes = 0; bytes <= LINES.length; bytes++) {
    const { port, heard, ends, until } = await listener();
    const { stdout } = await runBoard(
      `${connected(port)}
try:
    s.send(${JSON.stringify(LINES)})
except OSError as e:
    pass
print(received(s))`,
      { air: airWith({ direction: 'from-board', bytes }) },
    );
    await until(() => ends.length > 0);
    expect([bytes, heard, ends]).toEqual([bytes, [LINES.slice(0, bytes)], ['0 ECONNRESET']]);
    // The send of a connection that is reset by then has told of it already.
    expect(stdout).toMatch(
      bytes === 0 ? /^\(b'', OSError\((104|128),\)\)\n$/ : /^\(b'', OSError\(104,\)\)\n$/,
    );
  }
}, 60_000);

test('what comes is cut at every byte, exactly, and the program reads all of it first', async () => {
  for (let bytes = 0; bytes <= LINES.length; bytes += 3) {
    const { port } = await listener((socket) => socket.write(LINES));
    const { stdout } = await runBoard(`${connected(port)}print(received(s))`, {
      air: airWith({ direction: 'to-board', bytes }),
    });
    const part = JSON.stringify(LINES.slice(0, bytes)).slice(1, -1);
    expect(stdout).toBe(`(b'${part}', OSError(104,))\n`);
  }
}, 30_000);

test('a reset behind more than the program has read yet comes after all of it', async () => {
  const { port } = await listener((socket) => socket.write(Buffer.alloc(60_000, 'x')));
  const air = airWith({ direction: 'to-board', bytes: 50_000 });
  const { stdout } = await runBoard(`${connected(port)}got, how = received(s)\nprint(len(got), how)`, {
    air,
  });
  expect(stdout).toBe('50000 [Errno 104] ECONNRESET\n');
  expect(air.counts.cuts).toBe(1);
});

test('half-open: nothing passes either way, nobody is told, and new connections work', async () => {
  const sockets: Socket[] = [];
  const { port, heard, ends, until } = await listener((socket) => sockets.push(socket));
  const running = await startBoard(
    `${connected(port)}
s.send('0123456789')
s.settimeout(0.05)
print(received(s))
t = connection()
t.send('new')
print('ready')
input()
print(received(s), s.send('more'))
s.close()
t.send(' again')
t.recv(1)`,
    { air: airWith({ direction: 'from-board', bytes: 4, how: 'silence' }) },
  );
  await running.out(/\(b'', OSError\(116,\)\)\nready\n/);
  await until(() => heard[1] === 'new');
  expect(heard[0]).toBe('0123');
  // The end of the other side does not get through, nor does the board's own.
  sockets[0]?.write('to nobody');
  sockets[0]?.end();
  running.board.type('\n');
  await running.out(/\(b'', OSError\(116,\)\) 4\n/);
  await until(() => heard[1] === 'new again');
  expect(heard[0]).toBe('0123');
  expect(ends).toEqual([]);
});

test('half-open from byte 0 on: connected, and never a byte', async () => {
  const { port, heard } = await listener((socket) => socket.write('hello'));
  const { stdout } = await runBoard(
    `${connected(port)}
s.settimeout(0.05)
s.send('anybody?')
print(received(s))
print(connection().recv(5))`,
    { air: airWith({ direction: 'to-board', bytes: 0, how: 'silence' }) },
  );
  expect(stdout).toBe("(b'', OSError(116,))\nb'hello'\n");
  expect(heard[0]).toBe('');
});

test('one silent direction: the other one passes what needs no acknowledgement, then the send buffer stays full', async () => {
  const { port, heard, until } = await listener((socket) => socket.write('0123456789'));
  const running = await startBoard(
    `${connected(port)}
s.settimeout(0.05)
print(received(s))
sent = 0
try:
    while True: sent += s.send(b'y' * 1000)
except OSError as e:
    print(sent, e)
s.settimeout(None)
s.recv(1)`,
    { air: airWith({ direction: 'to-board', bytes: 3, how: 'silence', silent: 'to-board' }) },
  );
  await running.out(/\(b'012', OSError\(116,\)\)\n5744 \[Errno 116\] ETIMEDOUT\n/);
  await until(() => heard[0]?.length === 5744);
});

test('a connection that the board lost with its address lives on for the other side, until that sends', async () => {
  const sockets: Socket[] = [];
  const { port, heard, ends, until } = await listener((socket) => sockets.push(socket));
  const lab = { ssid: 'lab', password: 'secret' };
  const air = new Air({ accessPoints: [lab], joinMs: 5 });
  const running = await startBoard(
    `${connected(port)}
s.send('before')
print(received(s))
while not wlan.isconnected(): pass
print('back')
connection().send('after')
input()`,
    { air },
  );
  await until(() => heard[0] === 'before');
  air.remove('lab');
  await running.out(/\(b'', OSError\(113,\)\)\n/);
  air.put(lab);
  await running.out(/back\n/);
  await until(() => heard[1] === 'after');
  expect(ends).toEqual([]);
  sockets[0]?.write('are you there?');
  await until(() => ends.length > 0);
  expect(ends).toEqual(['0 ECONNRESET']);
});

test.each(['hard', 'watchdog'] as const)('a %s reset leaves half-open connections behind', async (kind) => {
  const sockets: Socket[] = [];
  const { port, heard, ends, until } = await listener((socket) => sockets.push(socket));
  const running = await startBoard(
    `import machine
${connected(port)}
s.send('boot')
if machine.reset_cause() == 1 and ${kind === 'watchdog' ? 'True' : 'False'}:
    machine.WDT(timeout=1)
input()`,
  );
  await until(() => heard[0] === 'boot');
  if (kind === 'hard') await running.board.reset();
  await until(() => heard[1] === 'boot');
  expect(ends).toEqual([]);
  sockets[0]?.write('are you there?');
  await until(() => ends.length > 0);
  expect(ends).toEqual(['0 ECONNRESET']);
});

test('no connection is made while nothing passes, though the board has not noticed', async () => {
  const { port, heard, until } = await listener((socket) => socket.write('hello'));
  const lab = { ssid: 'lab', password: 'secret' };
  const air = new Air({ accessPoints: [lab], joinMs: 5, beaconMs: 600_000 });
  const running = await startBoard(
    `${JOIN}
import socket
print('up')
input()
s = socket.socket()
s.settimeout(0.05)
try:
    s.connect(('127.0.0.1', ${port}))
except OSError as e:
    print(e)
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
print(s.recv(5))`,
    { air },
  );
  await running.out(/up\n/);
  air.remove('lab');
  running.board.type('\n');
  await running.out(/ETIMEDOUT\n/);
  expect(heard).toEqual([]);
  air.put(lab);
  await running.out(/b'hello'/);
  await until(() => heard.length > 0);
});

test('slices: every delivery to the board has at most so many bytes, and the other side gets as many writes', async () => {
  const pieces: string[] = [];
  const whole = Promise.withResolvers<void>();
  const port = await tcpPeer((socket) => {
    socket.on('data', (bytes) => {
      pieces.push(bytes.toString());
      if (pieces.join('') === LINES) whole.resolve();
    });
  });
  const air = new Air({ joinMs: 5 });
  air.setWeather({ slice: 3 });
  const running = await startBoard(
    `${JOIN}
import socket
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
s.send(${JSON.stringify(LINES)})
input()
`,
    { air },
  );
  await whole.promise;
  expect(Math.max(...pieces.map((piece) => piece.length))).toBe(3);
  running.board.type('\n');
});

test('slices to the board are deliveries of their own, in order, and the end comes after the last', async () => {
  const { port } = await listener((socket) => socket.end(LINES));
  const air = new Air({ joinMs: 5 });
  air.setWeather({ slice: 4 });
  const { stdout } = await runBoard(
    `${connected(port)}
while True:
    part = s.recv(100)
    print(part)
    if not part: break`,
    { air },
  );
  const parts = LINES.match(/.{1,4}/gs) ?? [];
  expect(stdout).toBe([...parts, ''].map((part) => `b'${part.replaceAll('\n', '\\n')}'\n`).join(''));
});

test('a connection that the program closed in silence ends with its board', async () => {
  const { port, heard, ends, until } = await listener((socket) => socket.on('end', () => socket.end()));
  const running = await startBoard(
    `${connected(port)}
s.send('0123456789')
s.close()
print('closed')
input()`,
    { air: airWith({ direction: 'from-board', bytes: 4, how: 'silence' }) },
  );
  await running.out(/closed/);
  await until(() => heard[0] === '0123');
  expect(ends).toEqual([]);
  await running.board.close();
  await until(() => ends.length > 0);
  expect([heard[0], ends]).toEqual(['0123', ['0 end']]);
});
