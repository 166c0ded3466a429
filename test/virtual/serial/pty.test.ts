import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  constants,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadStream } from 'node:tty';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openPty, type VirtualBoardOptions } from '../../../src/virtual/index.ts';
import { makeBoard } from '../../helpers/board.ts';
import { GREETING, PASTE, RAW, Typist } from '../../helpers/serial.ts';

const hasPty = process.platform !== 'win32' && spawnSync('stty', ['--version']).error === undefined;

describe.skipIf(!hasPty)(`the pseudo-terminal${hasPty ? '' : ' (skipped: this system has none)'}`, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kiteline-pty-'));
    return () => rmSync(folder, { recursive: true });
  });

  let links = 0;
  async function linked(options: VirtualBoardOptions = {}) {
    links += 1;
    const link = join(folder, `board-${links}`);
    const board = await makeBoard({ repl: true, ...options });
    const pty = await openPty(board, link);
    onTestFinished(() => pty.close());
    return { board, link, pty };
  }

  function typist(link: string): Typist {
    const port = new ReadStream(openSync(link, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
    onTestFinished(() => void port.destroy());
    return new Typist(port);
  }

  test('is a device of bytes as they are, at the end of a link that goes with it', async () => {
    const { board, link, pty } = await linked();
    expect(readlinkSync(link)).toBe(pty.path);
    const flag = process.platform === 'darwin' ? '-f' : '-F';
    const modes = execFileSync('stty', ['-a', flag, link]).toString();
    for (const mode of ['-icanon', '-isig', '-echo', '-opost', '-icrnl', '-ixon'])
      expect(modes).toMatch(new RegExp(`(^|\\s)${mode}\\b`, 'm'));
    const cable = typist(link);
    void board.run();
    await cable.until(GREETING);
    expect(await cable.ask('1\r', '>>> ')).toBe('1\r\n1\r\n>>> ');
    await cable.ask('\x01', RAW);
    expect(await cable.ask('import sys\nsys.stdout.buffer.write(bytes(range(256)))\x04', '\x04\x04>')).toBe(
      `OK${String.fromCharCode(...Array(256).keys())}\x04\x04>`,
    );
    await cable.ask('\x05A\x01', PASTE);
    cable.write(`x = """${'\n\r\t\x07\x11\x13\x16\x7f\x1a\x1c'.repeat(100)}"""\nprint(len(x))\x04`);
    expect(await cable.until('\x04\x04>')).toMatch(/1000\r\n/);
    pty.close();
    expect(existsSync(link)).toBe(false);
  });

  test('is closed and opened by one program after the other', async () => {
    const { board, link } = await linked();
    const first = typist(link);
    void board.run();
    await first.until(GREETING);
    await first.ask('x = 5\r', '>>> ');
    first.port.destroy();
    await once(first.port, 'close');
    const second = typist(link);
    expect(await second.ask('x\r', '5\r\n>>> ')).toContain('x\r\n5\r\n>>> ');
  });

  test('nobody reads: the board goes on, and what it prints is dropped and counted', async () => {
    const program =
      'for i in range(1200): print("x" * 500)\nfrom machine import Pin\nPin(2, Pin.OUT).value(1)';
    const { board, pty } = await linked({ files: { 'main.py': program } });
    const lit = new Promise<void>((done) => board.pin(2).on('change', ({ level }) => level === 1 && done()));
    void board.run();
    await lit;
    expect(pty.dropped).toBeGreaterThan(0);
  });

  test('a pulled cable takes device and link away, and brings them back', async () => {
    const { board, link } = await linked();
    const cable = typist(link);
    void board.run();
    await cable.until(GREETING);
    const gone = once(cable.port, 'close');
    board.serial.unplug();
    await gone;
    expect(existsSync(link)).toBe(false);
    board.serial.plug();
    await typist(link).until(GREETING);
  });

  test('takes the place of a link that leads nowhere, and of nothing else', async () => {
    const board = await makeBoard();
    const link = join(folder, 'stale');
    symlinkSync(join(folder, 'no-such'), link);
    (await openPty(board, link)).close();
    const file = join(folder, 'file');
    writeFileSync(file, 'precious');
    await expect(openPty(board, file)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(lstatSync(file).isFile()).toBe(true);
    await expect(openPty(board, join(folder, 'no-such', 'link'))).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
  });
});
