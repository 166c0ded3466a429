import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Typist } from '../helpers/serial.ts';
import { run, start } from './cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-port-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the serial port of kiteline board run', () => {
  it('is there while the program runs and after it; stdout has what the program prints alone', async () => {
    const file = join(folder, 'main.py');
    const link = join(folder, 'board');
    writeFileSync(file, 'print("the program")');
    const pty = process.platform === 'win32' ? [] : ['--pty', link];
    const board = start(['board', 'run', file, '--serial', '0', ...pty]);
    const [, port] = await board.err(/rfc2217:\/\/127\.0\.0\.1:(\d+)/);
    if (pty.length > 0) expect(existsSync(link)).toBe(true);
    const socket = connect(Number(port), '127.0.0.1');
    const cable = new Typist(socket);
    await board.out(/the program\n/);
    await cable.ask('\r\x03\r\x01', 'raw REPL; CTRL-B to exit\r\n>');
    expect(await cable.ask('print(6*7)\x04', '\x04\x04>')).toBe('OK42\r\n\x04\x04>');
    expect(await cable.ask('\x04', 'raw REPL; CTRL-B to exit\r\n>')).toContain('MPY: soft reboot\r\n');
    socket.destroy();
    board.child.kill('SIGTERM');
    expect(await board.ended).toMatchObject({ stdout: 'the program\n' });
    expect(existsSync(link)).toBe(false);
  });

  it.each([
    [['board', 'run'], /Name a program, as main\.py; or a port/],
    [['board', 'run', 'main.py', '--baud', '9600'], /goes with --pty LINK or --serial PORT/],
    [['board', 'run', '--serial', 'x'], /"x" is not a port/],
    [
      ['board', 'run', '--pty', '/no/such/folder/link'],
      /The link \/no\/such\/folder\/link cannot be made \(ENOENT\)/,
    ],
  ])('%j is refused in a sentence', async (args, sentence) => {
    const { code, stderr } = await run(args);
    expect(stderr).toMatch(sentence);
    expect(code).not.toBe(0);
  });
});
