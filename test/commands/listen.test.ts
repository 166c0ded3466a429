import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLI, hasPython, PYTHON_HINT, type Running, run, start, startProgram } from './cli.ts';

async function listen(...args: string[]): Promise<Running & { port: number }> {
  const program = start(['listen', ...args, '--port', '0']);
  const [, port] = await program.err(/^listening on \S+:(\d+)\n/);
  return { ...program, port: Number(port) };
}

async function tcpPeer(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect(port, host);
  socket.on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

const udpSend = async (port: number, bytes: string | Uint8Array, host = '127.0.0.1'): Promise<string> => {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  onTestFinished(() => {
    socket.close();
  });
  await new Promise((done) => socket.send(bytes, port, host, done));
  return `${host.includes(':') ? `[${host}]` : host}:${socket.address().port}`;
};

describe('kiteline listen tcp', () => {
  it('shows a text without newline and answers with the raw reply, several in a connection', async () => {
    const program = await listen('tcp', '--reply', 'response...', '--count', '2');
    const socket = await tcpPeer(program.port);
    const from = `127.0.0.1:${socket.localPort}`;
    for (const text of ['hello', '你好']) {
      socket.write(text);
      expect(String((await once(socket, 'data'))[0])).toBe('response...');
    }
    const { code, stdout } = await program.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${from}  hello\n${from}  你好\n` });
  });

  it('prints JSON objects and shows JSON messages as their text', async () => {
    const program = await listen('tcp', '--json', '--count', '3');
    const socket = await tcpPeer(program.port);
    socket.write('{"temp": 23.5}{"a":1}\n"quoted"\n');
    const from = `127.0.0.1:${socket.localPort}`;
    const { stdout } = await program.ended;
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { from, text: '{"temp": 23.5}' },
      { from, text: '{"a":1}' },
      { from, text: '"quoted"' },
    ]);
  });

  it('takes no harm from a line of 10 MB and goes on', async () => {
    const program = await listen('tcp', '--count', '1');
    const bad = await tcpPeer(program.port);
    bad.write(Buffer.alloc(10_000_000, 'x'));
    await program.err(/: a message of more than 8192 bytes was left out/);
    const good = await tcpPeer(program.port);
    const from = `127.0.0.1:${good.localPort}`;
    good.write('still here');
    expect((await program.ended).stdout).toBe(`${from}  still here\n`);
  });

  it('shows control characters instead of obeying them', async () => {
    const program = await listen('tcp', '--count', '1');
    const socket = await tcpPeer(program.port);
    socket.write('\x1b[2Jgone\r\n');
    expect((await program.ended).stdout).toMatch(/ {2}\\x1b\[2Jgone\n$/);
  });

  it.runIf(hasPython)(`serves a client as a tutorial writes it${PYTHON_HINT}`, async () => {
    const program = await listen('tcp', '--reply', 'response...', '--count', '1');
    const client = startProgram('python3', [
      '-uc',
      `
import socket
s = socket.socket()
s.connect(('127.0.0.1', ${program.port}))
s.send(b'hello')
print(s.recv(1024).decode())
s.close()
`,
    ]);
    expect((await client.ended).stdout).toBe('response...\n');
    const { code, stdout } = await program.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^127\.0\.0\.1:\d+ {2}hello\n$/);
  });
});

describe('kiteline listen udp', () => {
  it('shows each datagram with its sender', async () => {
    const program = await listen('udp', '--count', '2');
    const first = await udpSend(program.port, 'hello,esp32!\n');
    const second = await udpSend(program.port, 'two\nlines');
    expect((await program.ended).stdout).toBe(`${first}  hello,esp32!\n${second}  two\\nlines\n`);
  });

  it('answers when told to, also the last one', async () => {
    const program = await listen('udp', '--reply', 'ok', '--count', '1', '--newline');
    const { stdout } = await run(['send', 'udp', `127.0.0.1:${program.port}`, 'ping', '--wait', '5']);
    expect(stdout).toBe('ok\n');
    expect((await program.ended).code).toBe(0);
  });

  it('shows bytes that are no text, and reads GBK when told', async () => {
    const gbk = Buffer.from('c4e3bac3', 'hex');
    const plain = await listen('udp', '--json', '--count', '1');
    await udpSend(plain.port, gbk);
    expect(JSON.parse((await plain.ended).stdout).text).toBe('\\xc4\\xe3\\xba\\xc3');
    const chinese = await listen('udp', '--json', '--count', '1', '--encoding', 'gbk');
    await udpSend(chinese.port, gbk);
    expect(JSON.parse((await chinese.ended).stdout).text).toBe('你好');
  });

  it('gives JSON that cannot steer a terminal, and is the same text', async () => {
    const program = await listen('udp', '--json', '--count', '1');
    const text = 'a\x1b[2J\u009b2J\x7f\u202eb';
    await udpSend(program.port, text);
    const { stdout } = await program.ended;
    expect(stdout).toMatch(/^[ -~]+\n$/);
    expect(JSON.parse(stdout).text).toBe(text);
  });

  it('hears IPv6 and IPv4 on ::', async () => {
    const program = await listen('udp', '--host', '::', '--count', '2');
    const first = await udpSend(program.port, 'six', '::1');
    await program.out(/six\n/);
    const second = await udpSend(program.port, 'four');
    expect((await program.ended).stdout).toBe(`${first}  six\n${second}  four\n`);
  });
});

describe.each(['tcp', 'udp'])('kiteline listen %s', (protocol) => {
  it('tells the addresses to paste, and ends at Ctrl-C', async () => {
    const program = await listen(protocol);
    await program.err(/Ctrl-C ends/);
    program.interrupt();
    const { code, stdout, stderr } = await program.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain(`  ("127.0.0.1", ${program.port})\n`);
  });

  it('tells them in Chinese', async () => {
    const program = start(['listen', protocol, '--port', '0'], { KITELINE_LANG: 'zh' });
    await program.err(/^正在监听 0\.0\.0\.0:\d+\n.*虚拟板.*Ctrl-C/s);
  });

  it.each([
    ['en', /taken by (kiteline listen|node)/],
    ['zh', /被 .* 占用/],
  ])('says who has the port (%s)', async (language, sentence) => {
    const first = await listen(protocol);
    const second = await run(['listen', protocol, '--port', String(first.port)], { KITELINE_LANG: language });
    expect(second).toMatchObject({ code: 1, stdout: '' });
    if (process.platform === 'linux') {
      expect(second.stderr).toMatch(sentence);
      expect(second.stderr).toContain(`(pid ${first.child.pid})`);
    }
    expect(second.stderr).toContain('--port');
  });

  it('refuses what cannot be', async () => {
    expect((await run(['listen', protocol, '--host', '203.0.113.9'])).stderr).toContain(
      'no address 203.0.113.9',
    );
    const nameless = await run(['listen', protocol, '--host', '', '--port', '0']);
    expect(nameless).toMatchObject({ code: 1, stderr: 'The name "" leads to no address.\n' });
    expect((await run(['listen', protocol, '--port', '70000'])).code).toBe(2);
    expect((await run(['listen', protocol, '--count', '0'])).code).toBe(2);
  });
});

it('stops quietly when whoever reads it goes away', async () => {
  const program = await listen('udp');
  program.child.stdout?.destroy();
  await udpSend(program.port, 'nobody reads this');
  expect((await program.ended).code).toBe(0);
});

it.runIf(hasPython)(`on a terminal sends what is typed to the last peer${PYTHON_HINT}`, async () => {
  // CPython's pty module gives the program a terminal, as a person has one.
  const program = startProgram(
    'python3',
    [
      '-c',
      `
import pty, sys
pty.spawn(sys.argv[1:])
`,
      process.execPath,
      CLI,
      'listen',
      'tcp',
      '--port',
      '0',
    ],
    { TERM: 'xterm' },
  );
  const [, port] = await program.out(/listening on 0\.0\.0\.0:(\d+)/);
  await program.out(/What you type/);
  const socket = await tcpPeer(Number(port));
  socket.write('hello');
  await program.out(/127\.0\.0\.1:\d+.* {2}hello/);
  program.write('typed back\r');
  expect(String((await once(socket, 'data'))[0])).toBe('typed back');
});
