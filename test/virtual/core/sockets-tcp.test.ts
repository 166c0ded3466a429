import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { freePort, linesOf, makeBoard, SOCKET, startBoard, watch } from '../../helpers/board.ts';
import { ask, dial, tcpPeer } from '../../helpers/peers.ts';

const echo = () => tcpPeer((socket) => socket.pipe(socket));

describe('a board as TCP client', () => {
  test('send, sendall, write and recv, read, readinto, recv_into, readline, makefile', async () => {
    const port = await echo();
    expect(
      await linesOf(`${SOCKET}
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(socket.getaddrinfo('127.0.0.1', ${port})[0][-1])
print(s.send(b'hello,esp32!'), s.recv(1024))
print(s.sendall('text too'), s.read(8))
print(s.write(b'0123456789'), s.read(4), s.recv(3), s.recv(100))
s.send(b'a line\\nanother\\nrest')
f = s.makefile('rwb')
print(f.readline(), s.readline(3), s.readline(), s.read(4))
b = bytearray(6)
s.send(b'abc')
print(s.readinto(b, 3), b)
s.send(b'xyz')
print(s.readinto(memoryview(b)[3:]), b)
s.send(b'peek')
print(s.recv(2, 1), s.recv(4))
print(s.recvfrom(0)[0])
s.close()
refused(s.send, b'x')`),
    ).toEqual([
      "12 b'hello,esp32!'",
      "None b'text too'",
      "10 b'0123' b'456' b'789'",
      "b'a line\\n' b'ano' b'ther\\n' b'rest'",
      "3 bytearray(b'abc\\x00\\x00\\x00')",
      "3 bytearray(b'abcxyz')",
      "b'pe' b'peek'",
      "b''",
      'OSError [Errno 9] EBADF',
    ]);
  });

  test('megabytes go through whole, both ways', async () => {
    const port = await echo();
    expect(
      await linesOf(`${SOCKET}
import select
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
s.setblocking(False)
block = bytes(range(256)) * 16
total = 256 * 4096
sent = got = 0
wrong = 0
poller = select.poll()
poller.register(s, select.POLLIN | select.POLLOUT)
while got < total:
    if sent == total:
        poller.modify(s, select.POLLIN)
    for _, event in poller.poll():
        if event & select.POLLOUT:
            at = sent % 4096
            sent += s.write(memoryview(block)[at:]) or 0
        if event & select.POLLIN:
            data = s.recv(2048)
            at = got % 256
            if data != (block[at:] + block)[:len(data)]:
                wrong += 1
            got += len(data)
print(sent, got, wrong)`),
    ).toEqual(['1048576 1048576 0']);
  });

  test("after the peer's FIN a read gives b'' and writes still arrive", async () => {
    const heard: Buffer[] = [];
    const ended = Promise.withResolvers<void>();
    const port = await tcpPeer((socket) => {
      socket.end('bye');
      socket.on('data', (bytes) => heard.push(bytes)).on('end', ended.resolve);
    });
    expect(
      await linesOf(`${SOCKET}
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
print(s.read(), s.recv(10), s.recv(10))
print(s.send(b'still here'))
s.close()`),
    ).toEqual(["b'bye' b'' b''", '10']);
    await ended.promise;
    expect(Buffer.concat(heard).toString()).toBe('still here');
  });

  test('the peer sees FIN after everything that was sent when the program ends, and on a soft reset', async () => {
    const heard: string[] = [];
    const ends: (() => void)[] = [];
    const port = await tcpPeer((socket) => {
      let text = '';
      socket.on('data', (bytes) => {
        text += bytes;
      });
      socket.on('end', () => {
        heard.push(text);
        socket.end();
        ends.shift()?.();
      });
    });
    const end = () => new Promise<void>((done) => ends.push(done));
    const [first, second] = [end(), end()];
    const running = await startBoard(`${SOCKET}
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
s.send('x' * 20000 + 'last words')
print('sent')
input()`);
    await running.out(/sent/);
    await running.board.reset('soft');
    await first;
    await running.out(/sent\nsent/);
    running.board.type('\n');
    await second;
    expect(heard).toEqual(Array(2).fill(`${'x'.repeat(20_000)}last words`));
  });

  test('time-outs are ETIMEDOUT 116, without blocking it is EAGAIN 11', async () => {
    const port = await tcpPeer(() => {});
    expect(
      await linesOf(`${SOCKET}
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
s.settimeout(0.02)
refused(s.recv, 10)
refused(s.read, 10)
s.setblocking(False)
refused(s.recv, 10)
print(s.read(10), s.readinto(bytearray(4)), s.readline())
refused(s.sendto, b'x', ('127.0.0.1', 1)) if 0 else None
s.settimeout(None)
s.settimeout(0)
refused(s.recv, 10)
import errno
print(errno.ETIMEDOUT, errno.EAGAIN)`),
    ).toEqual([
      'OSError [Errno 116] ETIMEDOUT',
      'OSError [Errno 116] ETIMEDOUT',
      'OSError [Errno 11] EAGAIN',
      'None None None',
      'OSError [Errno 11] EAGAIN',
      '116 11',
    ]);
  });

  test('a connect that does not block is EINPROGRESS 119, then poll tells', async () => {
    const port = await tcpPeer((socket) => void socket.write('welcome'));
    expect(
      await linesOf(`${SOCKET}
import select
s = socket.socket()
s.setblocking(False)
refused(s.connect, ('127.0.0.1', ${port}))
poller = select.poll()
poller.register(s, select.POLLOUT)
print([event for _, event in poller.poll(5000)])
poller.modify(s, select.POLLIN)
print([event for _, event in poller.poll(5000)], s.recv(20))
refused(s.connect, ('127.0.0.1', ${port}))`),
    ).toEqual(['OSError [Errno 119] EINPROGRESS', '[4]', "[1] b'welcome'", 'OSError 127']);
  });

  test('a refused connection is ECONNRESET 104, and its socket is dead', async () => {
    const port = await freePort('tcp', '127.0.0.1');
    expect(
      await linesOf(`${SOCKET}
s = socket.socket()
refused(s.connect, ('127.0.0.1', ${port}))
refused(s.connect, ('127.0.0.1', ${port}))
refused(socket.socket().recv, 1)
refused(socket.socket().send, b'x')`),
    ).toEqual([
      'OSError [Errno 104] ECONNRESET',
      'OSError [Errno 113] ECONNABORTED',
      'OSError [Errno 128] ENOTCONN',
      'OSError [Errno 128] ENOTCONN',
    ]);
  });

  test('a reset by the peer is ECONNRESET, once', async () => {
    const port = await tcpPeer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(
      await linesOf(`${SOCKET}
s = socket.socket()
s.connect(('127.0.0.1', ${port}))
s.send(b'x')
refused(s.recv, 10)
refused(s.recv, 10)
refused(s.send, b'x')`),
    ).toEqual([
      'OSError [Errno 104] ECONNRESET',
      'OSError [Errno 128] ENOTCONN',
      'OSError [Errno 128] ENOTCONN',
    ]);
  });
});

describe('a board as TCP server', () => {
  test('serves at the address that ifconfig printed', async () => {
    const board = await makeBoard();
    const port = await freePort('tcp', board.address);
    board.write({
      'main.py': `${SOCKET}
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('', ${port}))
s.listen(1)
print('listening', wlan.ifconfig()[0])
for _ in range(2):
    c, peer = s.accept()
    print(peer[0], c.recv(100))
    c.send(b'response...')
    c.close()`,
    });
    const running = watch(board);
    const [, address = ''] = await running.out(/listening (\S+)\n/);
    expect(await ask(port, address, 'one')).toBe('response...');
    expect(await ask(port, address, 'two')).toBe('response...');
    await running.ended;
    expect(running.stdout()).toMatch(/127\.0\.0\.1 b'one'\n127\.0\.0\.1 b'two'\n$/);
  });

  test('accept times out and does not block as told; connections wait in the backlog', async () => {
    const board = await makeBoard();
    const port = await freePort('tcp', board.address);
    board.write({
      'main.py': `${SOCKET}
s = socket.socket()
s.bind(('0.0.0.0', ${port}))
s.listen(3)
s.settimeout(0.02)
refused(s.accept)
s.setblocking(False)
refused(s.accept)
print('waiting')
input()
s.settimeout(None)
for _ in range(3):
    c, _ = s.accept()
    print(c.recv(10))`,
    });
    const running = watch(board);
    await running.out(/ETIMEDOUT\nOSError \[Errno 11\] EAGAIN\nwaiting/);
    for (const text of ['first', 'second', 'third']) {
      const socket = dial(port, board.address);
      await once(socket, 'connect');
      socket.write(text);
    }
    board.type('\n');
    await running.out(/b'first'\nb'second'\nb'third'\n/);
  });

  test('a port that another socket of the board has is EADDRINUSE 112', async () => {
    const board = await makeBoard();
    const port = await freePort('tcp', board.address);
    board.write({
      'main.py': `${SOCKET}
s = socket.socket()
s.bind(('', ${port}))
s.listen()
refused(socket.socket().bind, ('', ${port}))
refused(s.bind, ('', ${port}))
refused(socket.socket().bind, ('8.8.8.8', ${port}))`,
    });
    const running = watch(board);
    await running.ended;
    expect(running.stdout().split('\n').slice(0, 3)).toEqual([
      'OSError [Errno 112] EADDRINUSE',
      'OSError [Errno 22] EINVAL',
      'OSError 125',
    ]);
  });
});
