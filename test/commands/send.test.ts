import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hasPython, PYTHON_HINT, run, start, startProgram, tcpServer } from './cli.ts';

async function udpSocket(host = '127.0.0.1'): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  onTestFinished(() => {
    socket.close();
  });
  return { socket, port: socket.address().port };
}

describe('kiteline send tcp', () => {
  it('sends the text as it is and prints the answer of a peer that stays open', async () => {
    let got = '';
    const port = await tcpServer((socket) => {
      socket.on('data', (data) => {
        got += data;
        socket.write('resp');
        setTimeout(() => socket.write('onse 你好\n'), 150); // less than the 300 ms that end an answer
      });
    });
    const { code, stdout, stderr } = await run(['send', 'tcp', `127.0.0.1:${port}`, 'hello, 板子']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'response 你好\n', stderr: '' });
    expect(got).toBe('hello, 板子');
  });

  it('prints an answer without waiting when the peer closes', async () => {
    const port = await tcpServer((socket) => socket.once('data', () => socket.end('bye')));
    const { code, stdout } = await run(['send', 'tcp', `localhost:${port}`, 'x']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'bye' });
  });

  it('prints a megabyte, byte for byte', async () => {
    const answer = Buffer.alloc(1_000_000, 'kiteline ');
    const port = await tcpServer((socket) => socket.once('data', () => socket.end(answer)));
    const { stdout } = await run(['send', 'tcp', `127.0.0.1:${port}`, 'x']);
    expect(stdout).toBe(answer.toString());
  });

  it.runIf(process.platform === 'linux')('reaches IPv6', async () => {
    const port = await tcpServer((socket) => socket.end('six'), '::1');
    const { stdout } = await run(['send', 'tcp', `[::1]:${port}`, 'x']);
    expect(stdout).toBe('six');
  });

  it('sends what stdin gives when there is no TEXT', async () => {
    const sent = Buffer.from([0, 255, 10, 65]);
    const received: Buffer[] = [];
    const port = await tcpServer((socket) =>
      socket.on('data', (data) => {
        received.push(data);
        socket.write('got it');
      }),
    );
    expect((await run(['send', 'tcp', `127.0.0.1:${port}`], {}, sent)).stdout).toBe('got it');
    expect(Buffer.concat(received)).toEqual(sent);
  });

  it('speaks another encoding both ways', async () => {
    const received: Buffer[] = [];
    const port = await tcpServer((socket) =>
      socket.on('data', (data) => {
        received.push(data);
        socket.end(data);
      }),
    );
    const { stdout } = await run([
      'send',
      'tcp',
      `127.0.0.1:${port}`,
      '你好',
      '--encoding',
      'gbk',
      '--newline',
    ]);
    expect(stdout).toBe('你好\n');
    expect(Buffer.concat(received).toString('hex')).toBe('c4e3bac30a');
  });

  it('with --wait 0 delivers and asks for no answer', async () => {
    const port = await tcpServer((socket) => {
      socket.write('a greeting that nobody reads');
      socket.on('data', (data) => received.resolve(String(data)));
    });
    const received = Promise.withResolvers<string>();
    expect((await run(['send', 'tcp', `127.0.0.1:${port}`, 'hello', '--wait', '0'])).code).toBe(0);
    expect(await received.promise).toBe('hello');
  });

  it.each([
    ['en', 'refused: nothing listens there'],
    ['zh', '没有程序在监听'],
  ])('says so (%s) when nobody listens', async (language, sentence) => {
    const port = await tcpServer(() => {});
    const refused = await run(['send', 'tcp', `127.0.0.2:${port}`, 'x'], { KITELINE_LANG: language });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(sentence);
    expect(refused.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says so when there is no answer in time', async () => {
    const port = await tcpServer((socket) => socket.resume());
    const silent = await run(['send', 'tcp', `127.0.0.1:${port}`, 'x', '--wait', '0.2']);
    expect(silent).toEqual({
      code: 1,
      stdout: '',
      stderr: `127.0.0.1:${port} gave no answer within 0.2 s (--wait gives it longer).\n`,
    });
  });

  it('does not wait for ever for a peer that does not read', async () => {
    const port = await tcpServer((socket) => socket.pause());
    const deaf = await run(
      ['send', 'tcp', `127.0.0.1:${port}`, '--wait', '0.5'],
      {},
      Buffer.alloc(20_000_000),
    );
    expect(deaf).toEqual({
      code: 1,
      stdout: '',
      stderr: `127.0.0.1:${port} does not read what is sent to it: not all of it got there.\n`,
    });
  });

  it('says so when the peer closes or resets without an answer', async () => {
    const closing = await tcpServer((socket) => socket.once('data', () => socket.end()));
    const resetting = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    for (const port of [closing, resetting]) {
      const outcome = await run(['send', 'tcp', `127.0.0.1:${port}`, 'x']);
      expect(outcome).toEqual({
        code: 1,
        stdout: '',
        stderr: `127.0.0.1:${port} closed the connection without an answer.\n`,
      });
    }
  });

  it('says so when the name leads nowhere', async () => {
    const { code, stderr } = await run(['send', 'tcp', 'no-such-board.invalid:9000', 'x']);
    expect(code).toBe(1);
    expect(stderr).toContain('no-such-board.invalid leads to no address');
  });

  it.runIf(hasPython)(`talks to a server as a tutorial writes it${PYTHON_HINT}`, async () => {
    const server = startProgram('python3', [
      '-uc',
      `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(('127.0.0.1', 0)); s.listen(5)
print('port', s.getsockname()[1])
while True:
    conn, addr = s.accept()
    data = conn.recv(1024)
    print('got', data.decode())
    conn.send(b'response...')
`,
    ]);
    const [, port] = await server.out(/port (\d+)/);
    const { code, stdout } = await run(['send', 'tcp', `127.0.0.1:${port}`, 'hello,esp32!']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'response...' });
    await server.out(/got hello,esp32!/);
  });
});

describe('kiteline send udp', () => {
  it.each(['127.0.0.1', '::1'])('sends one datagram to %s', async (host) => {
    const { socket, port } = await udpSocket(host);
    const message = once(socket, 'message');
    const target = host === '::1' ? `[::1]:${port}` : `${host}:${port}`;
    expect(await run(['send', 'udp', target, 'hello 板子'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(String((await message)[0])).toBe('hello 板子');
  });

  it('finds an IPv4 listener by the name localhost', async () => {
    const { socket, port } = await udpSocket();
    const message = once(socket, 'message');
    await run(['send', 'udp', `localhost:${port}`, 'hi']);
    expect(String((await message)[0])).toBe('hi');
  });

  it.runIf(process.platform === 'linux')('says so when the address needs a scope', async () => {
    const { code, stderr } = await run(['send', 'udp', '[fe80::1]:9', 'x']);
    expect(code).toBe(1);
    expect(stderr).toContain('[fe80::1]:9 cannot be reached');
  });

  it('with --wait prints the answer', async () => {
    const { socket, port } = await udpSocket();
    socket.on('message', (_, from) => socket.send('pong', from.port, from.address));
    const { code, stdout } = await run(['send', 'udp', `127.0.0.1:${port}`, 'ping', '--wait', '5']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'pong' });
  });

  it('says so when there is no answer in time', async () => {
    const { port } = await udpSocket();
    const { code, stderr } = await run(['send', 'udp', `127.0.0.1:${port}`, 'ping', '--wait', '0.1']);
    expect(code).toBe(1);
    expect(stderr).toContain('no answer within 0.1 s');
  });

  it('says so when the text is too long for a datagram', async () => {
    const { port } = await udpSocket();
    const { code, stderr } = await run(['send', 'udp', `127.0.0.1:${port}`], {}, 'x'.repeat(65_508));
    expect(code).toBe(2);
    expect(stderr).toContain('too long for one datagram');
  });
});

describe('the command line', () => {
  it.each([
    [['sned'], 'There is no command sned. Did you mean send?'],
    [['help', 'lisen'], 'There is no command lisen. Did you mean listen?'],
    [['send', '--wiat'], 'There is no option --wiat here. Did you mean --wait?'],
    [['send', 'upd', 'a:1', 'x'], '"upd" will not do here: it is one of udp, tcp.'],
    [['send', 'udp'], 'HOST:PORT is missing.'],
    [['send', 'udp', 'a:1', 'two', 'words'], 'a text with spaces goes in quotes'],
    [['send', 'tcp', 'a:1', 'x', '--wait'], 'needs a value'],
    [['send', 'tcp', 'a:1', 'x', '--wait', 'soon'], '"soon" is not a number of seconds'],
    [['send', 'tcp', 'board', 'x'], '"board" has no port'],
  ])('%j is refused in a sentence, with exit code 2', async (args, sentence) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses in Chinese', async () => {
    const { code, stderr } = await run(['sned'], { KITELINE_LANG: 'zh' });
    expect(code).toBe(2);
    expect(stderr).toBe('没有命令 sned。是不是想写 send？“kiteline --help”会列出用法。\n');
  });

  it('says which encodings there are', async () => {
    const { code, stderr } = await run(['send', 'tcp', 'a:1', 'x', '--encoding', 'klingon']);
    expect(code).toBe(1);
    expect(stderr).toContain('gb18030');
  });

  it('is quiet when whoever reads it goes away', async () => {
    const port = await tcpServer((socket) => {
      const more = () => socket.write('x'.repeat(65_536), () => socket.writable && more());
      more();
    });
    const program = start(['send', 'tcp', `127.0.0.1:${port}`, 'x']);
    await program.out(/x/);
    program.child.stdout?.destroy();
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends at Ctrl-C', async () => {
    const accepted = Promise.withResolvers<void>();
    const port = await tcpServer((socket) => socket.once('data', () => accepted.resolve()));
    const program = start(['send', 'tcp', `127.0.0.1:${port}`, 'x', '--wait', '60']);
    await accepted.promise;
    program.interrupt();
    const { stderr } = await program.ended;
    expect(stderr).toBe('');
  });
});
