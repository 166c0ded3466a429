import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Outcome, type Running, run, start } from './cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-board-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(text: string, name = 'main.py'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const board = (text: string, ...args: string[]): Promise<Outcome> =>
  run(['board', 'run', program(text), ...args]);

const JOIN = `
import network, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect('workshop', 'secret123')
for _ in range(50):
    if wlan.isconnected() or wlan.status() not in (1001, 1000): break
    time.sleep_ms(100)
print('status', wlan.status(), wlan.ifconfig()[0])
`;

describe('kiteline board run', () => {
  it('prints what the program prints and nothing else', async () => {
    expect(await board('import sys\nprint(sys.platform, 6 * 7)\n')).toEqual({
      code: 0,
      stdout: 'esp32 42\n',
      stderr: '',
    });
  });

  it('ends with the traceback and code 1 when the program dies', async () => {
    const { code, stdout, stderr } = await board('print("so far")\n1 / 0\n');
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'so far\n' });
    expect(stderr).toMatch(/Traceback.*line 2.*ZeroDivisionError/s);
  });

  it('ends with the code of sys.exit', async () => {
    expect((await board('import sys\nsys.exit(3)\n')).code).toBe(3);
  });

  it('raises KeyboardInterrupt at Ctrl-C', async () => {
    const waiting = start(['board', 'run', program('import time\nprint("on")\ntime.sleep(60)\n')]);
    await waiting.out(/on\n/);
    waiting.interrupt();
    expect(await waiting.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('KeyboardInterrupt'),
    });
    const polite = start([
      'board',
      'run',
      program('import time\nprint("on")\ntry: time.sleep(60)\nexcept KeyboardInterrupt: print("bye")\n'),
    ]);
    await polite.out(/on\n/);
    polite.interrupt();
    expect(await polite.ended).toMatchObject({ code: 0, stdout: 'on\nbye\n' });
  });

  it('ends at the third Ctrl-C whatever the program does', async () => {
    // It prints inside the `try`: a Ctrl-C that comes after the line is always caught.
    const stubborn = start([
      'board',
      'run',
      program(
        'import time\nwhile True:\n  try:\n    print("on")\n    time.sleep(60)\n  except KeyboardInterrupt: pass\n',
      ),
    ]);
    for (const times of [1, 2, 3]) {
      await stubborn.out(new RegExp(`(on\n){${times}}`));
      stubborn.interrupt();
    }
    expect((await stubborn.ended).code).toBe(130);
  });

  it('hands stdin to input()', async () => {
    const { stdout } = await run(['board', 'run', program('print("hi", input())\n')], {}, 'Anna\n');
    expect(stdout).toBe('hi Anna\n');
  });

  it('finds any network and takes any password unless told which there are', async () => {
    expect((await board(JOIN)).stdout).toMatch(/^status 1010 127\./);
    expect((await board(JOIN, '--wifi', 'workshop:secret123')).stdout).toContain('status 1010');
    expect((await board(JOIN, '--wifi', 'guests', '--wifi', 'workshop:other')).stdout).toContain(
      'status 202',
    );
    expect((await board(JOIN, '--wifi', 'guests')).stdout).toContain('status 201');
  });

  it.runIf(process.platform === 'linux')('has the address that --ip says', async () => {
    expect((await board(JOIN, '--ip', '127.20.30.40')).stdout).toContain('127.20.30.40');
  });

  it('tells that --flash is a file, and that FILE is a folder', async () => {
    const file = program('print(1)\n', 'other.py');
    const flash = await board('print(1)\n', '--flash', file);
    expect(flash).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('takes a folder.\n'),
    });
    const { code, stderr } = await run(['board', 'run', folder]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('is a folder: name the program'),
    });
  });

  it('keeps its files in --flash, and the main.py that was there', async () => {
    const flash = join(folder, 'flash');
    await board('open("note.txt", "w").write("kept")\n', '--flash', flash);
    expect(readFileSync(join(flash, 'note.txt'), 'utf8')).toBe('kept');
    writeFileSync(join(flash, 'main.py'), 'print("precious")\n');
    const { stdout, stderr } = await board('print(open("note.txt").read())\n', '--flash', flash);
    expect(stdout).toBe('kept\n');
    expect(stderr).toContain('kept as main.py.bak');
    expect(readFileSync(join(flash, 'main.py.bak'), 'utf8')).toBe('print("precious")\n');
  });

  it.each([
    ['en', 'There is no file'],
    ['zh', '没有文件'],
  ])('says so (%s) when there is no such file', async (language, sentence) => {
    const { code, stderr } = await run(['board', 'run', join(folder, 'gone.py')], {
      KITELINE_LANG: language,
    });
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
  });

  it.each([
    ['--wifi', ':secret', 'is no network'],
    ['--ip', 'everywhere', 'is no IPv4 address'],
    ['--name', 'a b', "cannot be a board's name"],
    ['--name', '10.0.0.7', 'it is an IP address'],
  ])('refuses %s %s in a sentence', async (option, value, sentence) => {
    const { code, stderr } = await board('', option, value);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });

  it('leaves no temporary flash behind', async () => {
    const { stdout } = await run(['board', 'run', program('print("x")\n')], { TMPDIR: folder });
    expect(stdout).toBe('x\n');
    expect(readdirSync(folder).filter((name) => name.startsWith('kiteline'))).toEqual([]);
  });
});

describe.runIf(process.platform === 'linux')('a board that serves', () => {
  const SERVER = `${JOIN}
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(('0.0.0.0', PORT))
s.listen(1)
print('serving')
while True:
    conn, addr = s.accept()
    conn.send(b'board got ' + conn.recv(1024))
    conn.close()
`;

  it('has the TCP port of a listener on this machine for itself', async () => {
    const listener = start(['listen', 'tcp', '--port', '0', '--reply', 'listener']);
    const [, port] = await listener.err(/^listening on \S+:(\d+)\n/);
    const server: Running = start([
      'board',
      'run',
      program(SERVER.replace('PORT', port ?? '')),
      '--ip',
      '127.20.30.41',
    ]);
    await server.out(/serving\n/);
    expect((await run(['send', 'tcp', `127.20.30.41:${port}`, 'hello'])).stdout).toBe('board got hello');
    expect((await run(['send', 'tcp', `127.0.0.1:${port}`, 'hello'])).stdout).toBe('listener');
  });

  it('has the UDP port of a listener on this machine for itself', async () => {
    const listener = start(['listen', 'udp', '--port', '0']);
    const [, port] = await listener.err(/^listening on \S+:(\d+)\n/);
    const text = `${JOIN}
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('0.0.0.0', ${port}))
print('serving')
print('board got', s.recvfrom(1024)[0])
`;
    const server = start(['board', 'run', program(text), '--ip', '127.20.30.42']);
    await server.out(/serving\n/);
    await run(['send', 'udp', `127.20.30.42:${port}`, 'to the board']);
    await server.out(/board got b'to the board'\n/);
    await run(['send', 'udp', `127.0.0.1:${port}`, 'to the listener']);
    await listener.out(/to the listener\n/);
    expect(listener.text()).not.toContain('to the board');
  });
});

describe('kiteline board repl', () => {
  it('runs what stdin gives as one piece, and ends', async () => {
    const { code, stdout } = await run(
      ['board', 'repl'],
      {},
      'for i in range(3):\n  if i:\n    print("i is", i)\nprint(6 * 7)\n',
    );
    expect(code).toBe(0);
    expect(stdout.replaceAll('\r', '')).toContain('\ni is 1\ni is 2\n42\n>>> ');
  });

  it('goes on after an exception', async () => {
    const { code, stdout } = await run(['board', 'repl'], {}, 'def f():\n    return nope\nf()');
    expect(code).toBe(0);
    expect(stdout).toContain("NameError: name 'nope' isn't defined");
  });
});
