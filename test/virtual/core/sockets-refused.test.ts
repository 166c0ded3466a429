import { describe, expect, test } from 'vitest';
import { linesOf, runBoard, SOCKET } from '../../helpers/board.ts';

describe('what the chip refuses', () => {
  test('keyword arguments are a TypeError, and a line says how to write it', async () => {
    const { end, stderr } = await runBoard(
      `import socket\nsocket.socket(family=socket.AF_INET, type=socket.SOCK_STREAM)`,
    );
    expect(end).toEqual({
      how: 'exception',
      text: "TypeError: function doesn't take keyword arguments",
    });
    expect(stderr).toMatch(/write socket\.socket\(socket\.AF_INET, socket\.SOCK_STREAM\)/);
    expect(stderr).toMatch(
      /Traceback \(most recent call last\):\n {2}File "main\.py", line 2, in <module>\nTypeError/,
    );
  });

  test('with and recv_into are no words of the chip, and a line each says what is', async () => {
    const { end, stdout, stderr } = await runBoard(`${SOCKET}
for _ in range(2):
    try:
        with socket.socket() as s:
            print('inside')
    except AttributeError as e:
        print(e)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(('', 7000))
data = bytearray(4)
for _ in range(2):
    udp.sendto(b'abc', (wlan.ifconfig()[0], 7000))
    print(udp.recv_into(data), data)
print(hasattr(udp, 'anything'))`);
    expect(end, stderr).toEqual({ how: 'done' });
    expect(stdout.split('\n')).toEqual([
      "'socket' object has no attribute '__exit__'",
      "'socket' object has no attribute '__exit__'",
      "3 bytearray(b'abc\\x00')",
      "3 bytearray(b'abc\\x00')",
      'False',
      '',
    ]);
    expect(stderr.match(/^kiteline: .*$/gm)).toEqual([
      expect.stringMatching(/no context managers; write try/),
      expect.stringMatching(/no recv_into\(\).*readinto/),
    ]);
  });

  test('the eleventh socket is ENFILE 23, but forgotten ones are collected', async () => {
    expect(
      await linesOf(`${SOCKET}
held = [socket.socket() for _ in range(10)]
refused(socket.socket)
held = None
# A conservative collector, the chip's too, may keep one that some stale word still points at.
print(len([socket.socket() for _ in range(9)]))
def forget():
    socket.socket()
for _ in range(50):
    forget()
print('fine')`),
    ).toEqual(['OSError 23', '9', 'fine']);
  });

  test('without a network: EHOSTUNREACH 118, and no names', async () => {
    expect(
      await linesOf(`import socket
def refused(call, *args):
    try:
        print('no error:', call(*args))
    except Exception as e:
        print(type(e).__name__, e)
refused(socket.socket().connect, ('127.0.0.1', 9))
refused(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto, b'x', ('127.0.0.1', 9))
refused(socket.getaddrinfo, 'example.com', 80)
print(socket.getaddrinfo('10.0.0.1', 80))
refused(socket.socket().connect, '127.0.0.1')
refused(socket.socket, 99)
print(hasattr(socket, 'error'), hasattr(socket, 'timeout'), hasattr(socket, 'create_connection'))`),
    ).toEqual([
      'OSError [Errno 118] EHOSTUNREACH',
      'OSError [Errno 118] EHOSTUNREACH',
      'OSError -202',
      "[(2, 1, 0, '10.0.0.1', ('10.0.0.1', 80))]",
      "TypeError object 'str' isn't a tuple or list",
      'OSError 106',
      'False False False',
    ]);
  });
});
