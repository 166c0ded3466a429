import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { freePort, JOIN, linesOf, makeBoard, watch } from '../../helpers/board.ts';

test('poll waits for whichever socket has something, and names what', async () => {
  const board = await makeBoard();
  const [one, two] = [await freePort('udp', board.address), await freePort('udp', board.address)];
  board.write({
    'main.py': `${JOIN}
import select, socket
first = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
first.bind(('', ${one}))
second = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
second.bind(('', ${two}))
poller = select.poll()
poller.register(first, select.POLLIN)
poller.register(second, select.POLLIN)
print(poller.poll(0))
print('ready')
for _ in range(2):
    for stream, event in poller.poll():
        print(stream is first, event == select.POLLIN, stream.recv(10))
poller.modify(first, select.POLLIN | select.POLLOUT)
poller.unregister(second)
print([(s is first, e == select.POLLOUT) for s, e in poller.ipoll(1000)])
print([len(part) for part in select.select([first], [second], [], 1)])
first.close()
print(poller.poll(0)[0][1])`,
  });
  const running = watch(board);
  await running.out(/^\[\]\nready\n/);
  const socket = createSocket('udp4');
  socket.send('to two', two, board.address);
  await running.out(/False True b'to two'/);
  socket.send('to one', one, board.address, () => socket.close());
  await running.ended;
  expect(running.stdout()).toMatch(/True True b'to one'\n\[\(True, True\)\]\n\[0, 1, 0\]\n32\n$/);
});

test('poll takes streams of the program, and refuses what is no stream', async () => {
  expect(
    await linesOf(`
import io, select, sys
class Ready(io.IOBase):
    def ioctl(self, request, flags):
        return flags & select.POLLIN if request == 3 else 0
stream = Ready()
poller = select.poll()
poller.register(stream, select.POLLIN)
poller.register(sys.stdin, select.POLLIN)
print([event for _, event in poller.poll(100)])
try:
    poller.register(42)
except TypeError as e:
    print(e)
try:
    poller.modify(object(), 1)
except OSError as e:
    print(e)`),
  ).toEqual(['[1]', 'stream operation not supported', '[Errno 2] ENOENT']);
});

test("a socket that was never connected is writable and hung up, as the chip's is", async () => {
  expect(
    await linesOf(`${JOIN}
import select, socket
poller = select.poll()
poller.register(socket.socket())
print(poller.poll(0)[0][1])`),
  ).toEqual(['20']);
});

test("errno has the chip's numbers and names", async () => {
  expect(
    await linesOf(`
import errno
print(errno.ETIMEDOUT, errno.EINPROGRESS, errno.EADDRINUSE, errno.EHOSTUNREACH, errno.ENOTCONN, errno.ECONNABORTED)
print(errno.errorcode[116], errno.errorcode[104])
print(OSError(118), repr(OSError(104)), OSError(110))`),
  ).toEqual([
    '116 119 112 118 128 113',
    'ETIMEDOUT ECONNRESET',
    '[Errno 118] EHOSTUNREACH OSError(104,) 110',
  ]);
});
