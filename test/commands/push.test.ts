/** `kiteline push`, `run` and `repl` against a virtual board's serial port. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { programFolder } from '../../src/board/program-layout.ts';
import { readFolder } from '../../src/commands/push/folder.ts';
import { openPty, serveRfc2217 } from '../../src/virtual/index.ts';
import { makeBoard, watch } from '../helpers/board.ts';
import { serveSerial } from '../usb/serve.ts';
import { run, start } from './cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-push-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

async function boardAt(files: Record<string, string> = {}) {
  const board = await makeBoard({ repl: true, files });
  const watched = watch(board);
  await watched.out(/>>> \s*$/);
  const onFlash = (path: string) => readFileSync(join(board.flash, path), 'utf8');
  return { board, watched, port: await serveSerial(board), onFlash };
}

describe('push', () => {
  it('brings what changed, removes what is gone, and restarts the board', async () => {
    const { board, watched, port, onFlash } = await boardAt();
    put({
      'main.py': 'import pump\nprint("one")',
      'pump.py': '',
      'lib/old.py': '1',
      'README.md': 'no',
      '.git/x': 'no',
    });
    const first = await run(['push', folder, '--port', port]);
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toMatch(/3 files written \(.*\), 0 removed, 0 unchanged\.\nThe board restarts\./);
    await watched.out(/one/);
    expect(existsSync(join(board.flash, 'README.md')) || existsSync(join(board.flash, '.git'))).toBe(false);
    put({ 'main.py': 'print("two")' });
    rmSync(join(folder, 'lib'), { recursive: true });
    const second = await run(['push', folder, '--port', port]);
    expect(second.stderr).toMatch(/1 files written \(12 B\), 1 removed, 1 unchanged\./);
    await watched.out(/two/);
    expect(onFlash('main.py')).toBe('print("two")');
    expect(existsSync(join(board.flash, 'lib/old.py'))).toBe(false);
    const third = await run(['push', folder, '--port', port, '--no-restart']);
    expect(third.stderr).toBe('All 2 files are on the board already.\n');
  });

  it("never replaces somebody else's work without being told, and copies it where that is wished", async () => {
    const { port, onFlash } = await boardAt({ 'main.py': 'print("of years")', 'other.py': 'stays' });
    put({ 'main.py': 'print("new")' });
    const refused = await run(['push', folder, '--port', port]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/come from elsewhere: \/main\.py\. --backup FOLDER .* --yes/);
    expect(onFlash('main.py')).toBe('print("of years")');
    const backup = join(folder, '.backup');
    const kept = await run(['push', folder, '--port', port, '--backup', backup]);
    expect(kept).toMatchObject({ code: 0 });
    expect(readFileSync(join(backup, 'main.py'), 'utf8')).toBe('print("of years")');
    expect([onFlash('main.py'), onFlash('other.py')]).toEqual(['print("new")', 'stays']);
  });

  it('brings the board library with a program that imports it', async () => {
    const { board, port } = await boardAt();
    put({ 'main.py': 'import kiteline\nprint("has", kiteline.__name__)' });
    expect(await run(['push', folder, '--port', port])).toMatchObject({ code: 0 });
    expect(existsSync(join(board.flash, 'lib/kiteline/__init__.py'))).toBe(true);
    const again = await run(['push', folder, '--port', port, '--no-restart']);
    expect(again.stderr).toMatch(/^All \d+ files are on the board already\.\n$/);
  });

  it('a cable that is pulled is waited for, and the push goes on', async () => {
    const { board, port } = await boardAt();
    put({ 'main.py': 'print("whole")', 'data.bin': Array.from({ length: 9_000 }, (_, n) => n * n).join('') });
    board.serial.unplug({ afterBytes: 16_000, power: false });
    const program = start(['push', folder, '--port', port]);
    await program.err(/has gone: .* Nothing is lost: plug it in again/);
    expect(existsSync(join(board.flash, 'main.py'))).toBe(false);
    board.serial.plug();
    const { code, stderr } = await program.ended;
    expect(code, stderr).toBe(0);
    expect(stderr.match(/has gone/g)).toHaveLength(1);
    expect(readFileSync(join(board.flash, 'data.bin')).equals(readFileSync(join(folder, 'data.bin')))).toBe(
      true,
    );
  });

  it('refused or interrupted, the board goes on with the program that it has', async () => {
    const { board, watched, port, onFlash } = await boardAt({ 'main.py': 'print("of years")' });
    put({ 'a.py': '', 'main.py': 'print("new")', 'z.bin': randomBytes(400_000).toString('latin1') });
    expect(await run(['push', folder, '--port', port])).toMatchObject({ code: 1 });
    await watched.out(/(of years[\s\S]*){2}/);
    board.serial.baud = 115_200;
    const program = start(['push', folder, '--yes', '--port', port]);
    await program.err(/main\.py/);
    program.interrupt();
    expect(await program.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Interrupted: the board restarts with the program that it has/),
    });
    await watched.out(/(of years[\s\S]*){3}/);
    expect(onFlash('main.py')).toBe('print("of years")');
  });

  it('a board that starts its program from a folder is not given one without main.py', async () => {
    const { port, onFlash } = await boardAt({
      'kiteline-program.json': '{"run":"a","ids":{}}',
      'program-a/main.py': 'print("of years")',
    });
    put({ 'pump.py': '1' });
    expect(await run(['push', folder, '--yes', '--port', port])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/has no main\.py/),
    });
    expect(onFlash('program-a/main.py')).toBe('print("of years")');
  });

  it('goes one way at a time', async () => {
    put({ 'main.py': '1' });
    expect(await run(['push', folder, '--port', 'COM250', '--board', 'shed'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--board is over the air, --port by USB/),
    });
  });

  it('says which folder it takes', async () => {
    put({ 'main.py': '1' });
    expect(await run(['push', join(folder, 'none'), '--port', 'socket://127.0.0.1:1'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/There is no folder/),
    });
    expect(await run(['push', join(folder, 'main.py'), '--port', 'socket://127.0.0.1:1'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is a file: .*kiteline run/),
    });
    expect([...(await readFolder(folder)).keys()]).toEqual(['main.py']);
  });

  it('writes into the program folder that runs', () => {
    expect(programFolder(undefined)).toBe('');
    expect(programFolder('{"run":"b"}')).toBe('/program-b');
    expect(programFolder('damaged')).toBe('');
  });
});

describe('run', () => {
  it('runs a file without keeping it: output to stdout, the traceback to stderr', async () => {
    const { port } = await boardAt({
      'main.py': 'import time\nprint("busy >>> ")\nwhile True: time.sleep(1)',
    });
    const program = join(folder, 'blink.py');
    put({ 'blink.py': 'print("out")\n1/0' });
    const { code, stdout, stderr } = await run(['run', program, '--port', port]);
    expect({ code, stdout: stdout.trimEnd() }).toEqual({ code: 1, stdout: 'out' });
    expect(stderr).toContain(`File "${program}", line 2`);
    expect(stderr).toContain('ZeroDivisionError: divide by zero');
  });

  it('Ctrl-C raises KeyboardInterrupt on the board', async () => {
    const { port } = await boardAt();
    put({ 'loop.py': 'import time\nprint("begun")\nwhile True: time.sleep(1)' });
    const running = start(['run', join(folder, 'loop.py'), '--port', port]);
    await running.out(/begun/);
    running.interrupt();
    expect(await running.ended).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/KeyboardInterrupt/),
    });
  });

  it('a port that is not there has a sentence', async () => {
    put({ 'x.py': '' });
    const port = process.platform === 'win32' ? 'COM250' : '/dev/ttyKITELINE0';
    expect(await run(['run', join(folder, 'x.py'), '--port', port])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/There is no port .*KITELINE0|COM250/),
    });
    expect(await run(['run', join(folder, 'x.py'), '--port', 'socket://127.0.0.1:1'])).toMatchObject({
      code: 1,
      stderr: 'Nothing listens at 127.0.0.1:1.\n',
    });
    expect(await run(['run', join(folder, 'x.py'), '--port', 'ftp://x'])).toMatchObject({ code: 2 });
  });
});

it('repl runs what comes from a pipe', async () => {
  const { port } = await boardAt();
  const { code, stdout } = await run(['repl', '--port', port], {}, 'print(6 * 7)\n');
  expect({ code, stdout: stdout.trimEnd() }).toEqual({ code: 0, stdout: '42' });
});

describe('the ways to a port', () => {
  it('a serial server: lines and speed by RFC 2217', async () => {
    const board = await makeBoard({ repl: true });
    void board.run();
    const server = await serveRfc2217(board, { host: '127.0.0.1', port: 0 });
    onTestFinished(() => server.close());
    const port = `rfc2217://127.0.0.1:${server.port}`;
    const { code, stdout } = await run(['run', '-', '--port', port], {}, 'print(6 * 7)\n');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '42\r\n' });
  });

  it.skipIf(process.platform === 'win32')('a device of this computer, and again at once', async () => {
    const board = await makeBoard({ repl: true });
    void board.run();
    const link = join(folder, 'tty');
    const pty = await openPty(board, link);
    onTestFinished(() => pty.close());
    put({ 'program/main.py': 'print("begun")', 'program/data.txt': 'x'.repeat(20_000) });
    for (const text of [/2 files written/, /All 2 files are on the board/]) {
      const { code, stderr } = await run(['push', join(folder, 'program'), '--port', link, '--no-restart']);
      expect(stderr).toMatch(text);
      expect(code).toBe(0);
    }
    expect(readFileSync(join(board.flash, 'data.txt'), 'utf8')).toHaveLength(20_000);
  });
});
