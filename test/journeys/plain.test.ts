/** UDP and TCP, the board as client and as server, our command line and CPython as the other side. The hub: hub.test.ts. */
import { describe, expect, test } from 'vitest';
import { hasPython, PYTHON_HINT, run, start, startProgram } from '../commands/cli.ts';
import { freePort, makeBoard, startBoard, watch } from '../helpers/board.ts';
import { tcpClient, tcpServer, udpClient, udpServer } from './programs.ts';

/** Starts a board as a server, once it waits. */
async function serving(protocol: 'udp' | 'tcp') {
  const board = await makeBoard();
  const port = await freePort(protocol, board.address);
  board.write({ 'main.py': (protocol === 'udp' ? udpServer : tcpServer)(port) });
  const running = watch(board);
  const [, address = ''] = await running.out(/network config: \('([\d.]+)'[\s\S]*waiting\.\.\.\n/);
  return { ...running, address, port };
}

const clients = { udp: udpClient, tcp: tcpClient };

describe.each(['udp', 'tcp'] as const)('our command line and a board, %s', (protocol) => {
  test('the board sends, kiteline listen shows and answers', async () => {
    const args = ['--host', '127.0.0.1', '--port', '0', '--reply', 'response...', '--count', '1', '--json'];
    const listening = start(['listen', protocol, ...args]);
    const [, port] = await listening.err(/^listening on \S+:(\d+)\n/);
    const running = await startBoard(clients[protocol](Number(port)));
    await running.out(/received response\.\.\. from \('127\.0\.0\.1', \d+\)\n/);
    const { code, stdout } = await listening.ended;
    expect(code).toBe(0);
    const { from, text } = JSON.parse(stdout);
    expect(text).toBe('hello,esp32!');
    expect(from).toMatch(`${running.board.address}:`);
    expect(await running.ended).toEqual({ how: 'done' });
  });

  test('kiteline send reaches a board that serves', async () => {
    const { out, address, port } = await serving(protocol);
    for (const text of ['hello,esp32!', '你好']) {
      const { code, stdout, stderr } = await run(['send', protocol, `${address}:${port}`, text]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      if (protocol === 'tcp') expect(stdout).toBe('response...');
      await out(new RegExp(`received ${text} from`));
    }
  });
});

const PYTHON_SERVER = {
  udp: `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
data, addr = s.recvfrom(1024)
print(data, addr[0], flush=True)
s.sendto(b"response...", addr)`,
  tcp: `import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(1)
print(s.getsockname()[1], flush=True)
c, addr = s.accept()
print(c.recv(1024), addr[0], flush=True)
c.sendall(b"response...")
c.close()`,
};

const PYTHON_CLIENT = {
  udp: `import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"hello,esp32!", (sys.argv[1], int(sys.argv[2])))
print(*s.recvfrom(1024))`,
  tcp: `import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
s.sendall(b"hello,esp32!")
print(s.makefile("rb").read())`,
};

describe.skipIf(!hasPython).each(['udp', 'tcp'] as const)(
  `CPython and a board, %s${PYTHON_HINT}`,
  (protocol) => {
    test('the board as client', async () => {
      const python = startProgram('python3', ['-c', PYTHON_SERVER[protocol]]);
      const [port] = await python.out(/^\d+\n/);
      const running = await startBoard(clients[protocol](Number(port)));
      await running.out(/received response\.\.\. from/);
      const { code, stdout } = await python.ended;
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: `${port}b'hello,esp32!' ${running.board.address}\n`,
      });
    });

    test('the board as server', async () => {
      const { out, address, port } = await serving(protocol);
      const { code, stdout } = await startProgram('python3', [
        '-c',
        PYTHON_CLIENT[protocol],
        address,
        String(port),
      ]).ended;
      expect(code).toBe(0);
      expect(stdout).toBe(
        protocol === 'udp' ? `b'response...' ('${address}', ${port})\n` : "b'response...'\n",
      );
      await out(/received hello,esp32! from \('127\.0\.0\.1', \d+\)/);
    });
  },
);
