import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Air } from '../../../src/virtual/index.ts';
import { freePort, linesOf, makeBoard, runBoard, SOCKET, startBoard, watch } from '../../helpers/board.ts';
import { udpPeer } from '../../helpers/peers.ts';

/** A board that is bound to a port, said "ready", and runs `then` after a line of input. */
async function boundBoard(then: string) {
  const board = await makeBoard();
  const port = await freePort('udp', board.address);
  board.write({
    'main.py': `${SOCKET}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('', ${port}))
print('ready')
input()
${then}`,
  });
  const running = watch(board);
  await running.out(/ready/);
  return { board, port, running };
}

describe('UDP', () => {
  test('a board asks, a peer answers: sendto, recvfrom, connect, send, recv', async () => {
    const { socket, port } = await udpPeer();
    socket.on('message', (bytes, from) => socket.send(`${bytes}!`, from.port, from.address));
    expect(
      await linesOf(`${SOCKET}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
addr = socket.getaddrinfo('127.0.0.1', ${port})[0][-1]
print(s.sendto(b'hello', addr))
data, sender = s.recvfrom(1024)
print(data, sender == ('127.0.0.1', ${port}))
s.sendto('text', ('127.0.0.1', ${port}))
print(s.recv(1024))
s.connect(addr)
print(s.send(b'again'), s.recv(64))
print(s.write(b'stream'), s.read(7))`),
    ).toEqual(['5', "b'hello!' True", "b'text!'", "5 b'again!'", "6 b'stream!'"]);
  });

  test("the peer sees the board's own address", async () => {
    const { socket, port } = await udpPeer();
    const { board } = await startBoard(`${SOCKET}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b'x', ('127.0.0.1', ${port}))`);
    const [, from] = (await once(socket, 'message')) as [Buffer, { address: string }];
    expect(from.address).toBe(board.address);
  });

  test('what was sent goes out though the socket is closed, or the program over, right after', async () => {
    const { heard, port, socket } = await udpPeer();
    const all = new Promise<void>((done) => socket.on('message', () => heard.length === 11 && done()));
    const { end } = await runBoard(`${SOCKET}
for n in range(10):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(str(n), ('127.0.0.1', ${port}))
    s.close()
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto('last', ('127.0.0.1', ${port}))`);
    expect(end).toEqual({ how: 'done' });
    await all;
    expect(heard.sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'last']);
  });

  test('what does not fit the buffer is gone; MSG_PEEK takes nothing', async () => {
    const { board, port, running } = await boundBoard(`
print(s.recv(3), s.recv(100, socket.MSG_PEEK), s.recvfrom(100)[0])
s.setblocking(False)
refused(s.recv, 10)
s.settimeout(0.02)
refused(s.recvfrom, 10)`);
    const { socket } = await udpPeer();
    socket.send('abcdef', port, board.address);
    socket.send('second', port, board.address, () => board.type('\n'));
    await running.ended;
    expect(running.stdout()).toBe(
      "ready\nb'abc' b'second' b'second'\nOSError [Errno 11] EAGAIN\nOSError [Errno 116] ETIMEDOUT\n",
    );
  });

  test("the chip's mailbox holds six datagrams; the others are counted", async () => {
    const { board, port, running } = await boundBoard(`
for _ in range(6):
    print(s.recv(10))
s.setblocking(False)
refused(s.recv, 10)`);
    const { socket } = await udpPeer();
    for (let number = 0; number < 9; number++) {
      await new Promise((done) => socket.send(`${number}`, port, board.address, done));
    }
    await new Promise<void>((done) => {
      const look = () => (board.datagramsDropped === 3 ? done() : setImmediate(look));
      look();
    });
    board.type('\n');
    await running.ended;
    expect(running.stdout()).toBe(
      `ready\n${[0, 1, 2, 3, 4, 5].map((number) => `b'${number}'\n`).join('')}OSError [Errno 11] EAGAIN\n`,
    );
  });

  test('a host name in sendto is a ValueError, and a line says what to do', async () => {
    const { stdout, stderr } = await runBoard(`${SOCKET}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
refused(s.sendto, b'x', ('localhost', 9))`);
    expect(stdout).toBe('ValueError invalid arguments\n');
    expect(stderr).toMatch(/getaddrinfo\("localhost", port\)/);
  });

  test('a bound port is taken for the board, and free for another board', async () => {
    const air = new Air({ joinMs: 5 });
    const one = await makeBoard({ air });
    const two = await makeBoard({ air });
    const port = await freePort('udp', one.address);
    const program = `${SOCKET}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('0.0.0.0', ${port}))
refused(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind, ('0.0.0.0', ${port}))`;
    for (const board of [one, two]) {
      board.write({ 'main.py': program });
      const running = watch(board);
      await running.ended;
      expect(running.stdout()).toBe('OSError [Errno 112] EADDRINUSE\n');
    }
  });

  test('a broadcast reaches the other boards and this computer, not its sender', async () => {
    const air = new Air({ joinMs: 5 });
    const hearer = await makeBoard({ air });
    const port = await freePort('udp', '0.0.0.0');
    const here = createSocket({ type: 'udp4', reusePort: true }).bind(port, '0.0.0.0');
    onTestFinished(() => void here.close());
    await once(here, 'listening');
    const heard = once(here, 'message') as Promise<[Buffer]>;
    hearer.write({
      'main.py': `${SOCKET}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('', ${port}))
print('ready')
data, sender = s.recvfrom(100)
print(data, sender[0])
s.sendto(b'here', sender)`,
    });
    const running = watch(hearer);
    await running.out(/ready/);
    const caller = await startBoard(
      `${SOCKET}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.sendto(b'who is there?', ('255.255.255.255', ${port}))
data, sender = s.recvfrom(100)
print(data, sender[0])`,
      { air },
    );
    await running.out(new RegExp(`b'who is there\\?' ${caller.board.address}`));
    await caller.out(new RegExp(`b'here' ${hearer.address}`));
    expect((await heard)[0].toString()).toBe('who is there?');
  });

  test('a board finds another by its name', async () => {
    const air = new Air({ joinMs: 5 });
    const server = await makeBoard({ air, name: `lamp-${process.pid}` });
    server.write({ 'main.py': `${SOCKET}\nprint('ready')\ninput()` });
    await watch(server).out(/ready/);
    expect(
      await linesOf(`${SOCKET}print(socket.getaddrinfo('lamp-${process.pid}.local', 80)[0][-1][0])`, { air }),
    ).toEqual([server.address]);
  });

  test('a network that keeps its stations apart, another subnet, and a firewall: what passes, and what does not', async () => {
    const { heard, port, socket } = await udpPeer();
    const points = [
      { ssid: 'lab', password: 'secret12' },
      { ssid: 'guests', isolated: true },
      { ssid: 'other', network: '10.9.8' },
    ];
    const names = { 'kiteline.local': '127.0.0.1' };
    const air = new Air({ joinMs: 10, accessPoints: points, names });
    const other = await udpPeer();
    const program = (ssid: string, key: string) => `
import network, socket
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect('${ssid}', '${key}')
while not wlan.isconnected():
    pass
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in (${port}, ${other.port}):
    s.sendto(b'${ssid}', ('127.0.0.1', port))
    s.sendto(b'${ssid} to all', ('255.255.255.255', port))
try:
    print(socket.getaddrinfo('kiteline.local', 1)[0][-1][0])
except OSError:
    print('no name')
t = socket.socket()
t.settimeout(0.1)
try:
    t.connect(('127.0.0.1', ${port}))
except OSError as e:
    print(e.errno)
print(wlan.ifconfig()[1])`;
    expect(await linesOf(program('guests', ''), { air })).toEqual(['no name', '116', '255.0.0.0']);
    expect(await linesOf(program('other', ''), { air })).toEqual(['no name', '116', '255.255.255.0']);
    air.firewall = { ports: [port] };
    expect(await linesOf(program('lab', 'secret12'), { air })).toEqual(['127.0.0.1', '116', '255.0.0.0']);
    while (other.heard.length < 2) await once(other.socket, 'message');
    expect([heard, other.heard]).toEqual([[], ['lab', 'lab to all']]);
    air.firewall = undefined;
    const came = once(socket, 'message');
    await linesOf(program('lab', 'secret12'), { air });
    await came;
  });
});
