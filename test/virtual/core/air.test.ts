import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Air } from '../../../src/virtual/index.ts';
import { JOIN, runBoard, startBoard } from '../../helpers/board.ts';
import { tcpPeer, udpPeer } from '../../helpers/peers.ts';

const lab = { ssid: 'lab', password: 'secret' };

test('loss takes datagrams, the same ones for the same seed, and counts them', async () => {
  const runs: string[][] = [];
  for (let run = 0; run < 2; run++) {
    const { port, heard, socket } = await udpPeer();
    const air = new Air({ seed: 7, joinMs: 5 });
    air.setWeather({ loss: 0.3 });
    const running = await startBoard(
      `${JOIN}
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(100):
    s.sendto(str(n), ('127.0.0.1', ${port}))
print('sent')
input()
s.sendto('end', ('127.0.0.1', ${port}))`,
      { air },
    );
    await running.out(/sent/);
    air.setWeather({ loss: 0 });
    running.board.type('\n');
    while (!heard.includes('end')) await once(socket, 'message');
    expect(heard.length - 1 + air.counts.datagramsLost).toBe(100);
    expect(air.counts.datagramsLost).toBeGreaterThan(10);
    runs.push(heard);
  }
  expect(runs[0]).toEqual(runs[1]);
});

test('in bad weather a stream is late, whole and in order', async () => {
  const port = await tcpPeer((socket) => void socket.pipe(socket));
  const air = new Air({ seed: 3, joinMs: 5 });
  air.setWeather({ loss: 0.1, delayMs: 2, jitterMs: 5 });
  const { stdout } = await runBoard(
    `${JOIN}
import socket
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
sent = b''.join(b'%d,' % n for n in range(500))
for at in range(0, len(sent), 200):
    s.send(sent[at:at + 200])
print(s.read(len(sent)) == sent)`,
    { air },
  );
  expect(stdout).toBe('True\n');
  expect(air.counts.segmentsLate).toBeGreaterThan(0);
});

test.each(['from-board', 'to-board'] as const)(
  'a cut after 10 bytes %s resets both ends',
  async (direction) => {
    const heard: Buffer[] = [];
    const gone = Promise.withResolvers<string>();
    const port = await tcpPeer((socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => gone.resolve(error.code ?? ''));
      socket.on('data', (bytes) => {
        heard.push(bytes);
        if (direction === 'to-board') socket.write('0123456789abcdef');
      });
    });
    const air = new Air({
      joinMs: 5,
      cut: ({ number }) => (number === 0 ? { direction, bytes: 10 } : undefined),
    });
    const { stdout } = await runBoard(
      `${JOIN}
import socket
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
s.send(b'ABCDEFGHIJKLMNOP')
try:
    got = b''
    while True:
        got += s.recv(100)
except OSError as e:
    print(got, e)
s.close()
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
print('again')`,
      { air },
    );
    const sent = Buffer.concat(heard).toString();
    expect(await gone.promise).toBe('ECONNRESET');
    if (direction === 'from-board') {
      expect(stdout).toBe("b'' [Errno 104] ECONNRESET\nagain\n");
      expect(sent).toBe('ABCDEFGHIJ');
    } else {
      expect(stdout).toBe("b'0123456789' [Errno 104] ECONNRESET\nagain\n");
      expect(sent).toBe('ABCDEFGHIJKLMNOP');
    }
    expect(air.counts.cuts).toBe(1);
  },
);

test('an outage that the board does not notice holds a stream and drops datagrams', async () => {
  const received = Promise.withResolvers<string>();
  const port = await tcpPeer((socket) => {
    socket.on('data', (bytes) => {
      received.resolve(bytes.toString());
      socket.write('welcome back');
    });
  });
  const udp = await udpPeer();
  const air = new Air({ accessPoints: [lab], joinMs: 20, beaconMs: 600_000 });
  const running = await startBoard(
    `${JOIN}
import socket
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.sendto('before', ('127.0.0.1', ${udp.port}))
print('connected')
input()
u.sendto('during', ('127.0.0.1', ${udp.port}))
s.send('held back')
s.settimeout(0.02)
try:
    s.recv(10)
except OSError as e:
    print(e)
print('waiting', wlan.isconnected())
s.settimeout(None)
print(s.recv(100))
u.sendto('after', ('127.0.0.1', ${udp.port}))
input()`,
    { air },
  );
  await running.out(/connected/);
  air.remove('lab');
  running.board.type('\n');
  await running.out(/ETIMEDOUT\nwaiting True/);
  air.put(lab);
  expect(await received.promise).toBe('held back');
  await running.out(/b'welcome back'/);
  while (!udp.heard.includes('after')) await once(udp.socket, 'message');
  expect(udp.heard).toEqual(['before', 'after']);
});

test('an outage that it notices takes the address, and every connection with it', async () => {
  const port = await tcpPeer((socket) => socket.write('hello'));
  const air = new Air({ accessPoints: [lab], joinMs: 20 });
  const running = await startBoard(
    `${JOIN}
import socket
def connection():
    s = socket.socket()
    s.connect(('127.0.0.1', ${port}))
    return s
def refused(call, *args):
    try:
        print('no error', call(*args))
    except OSError as e:
        print(e)
s = connection()
print(s.recv(5))
refused(s.recv, 5)
print(wlan.ifconfig()[0], wlan.isconnected())
refused(socket.socket().connect, ('127.0.0.1', ${port}))
print('gone')
while not wlan.isconnected(): pass
print('back', connection().recv(5))`,
    { air },
  );
  await running.out(/b'hello'/);
  air.remove('lab');
  await running.out(/\[Errno 113\] ECONNABORTED\n0\.0\.0\.0 False\n\[Errno 118\] EHOSTUNREACH\ngone/);
  air.put(lab);
  await running.out(/back b'hello'/);
  expect(await running.ended).toEqual({ how: 'done' });
});
