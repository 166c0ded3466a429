/** The tools that people have speak by pyserial: the same bytes, through the same doors. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPty, serveRfc2217 } from '../../../src/virtual/index.ts';
import { makeBoard } from '../../helpers/board.ts';

const SCRIPT = join(import.meta.dirname, 'pyserial.py');
/** Debian's own, which has its packages, and else the one of the path. */
const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import serial']).status === 0,
);
const hint = python ? '' : ' (skipped: needs pyserial, on Debian: apt-get install python3-serial)';

describe.skipIf(!python)(`pyserial${hint}`, () => {
  const speak = async (url: string) => (await promisify(execFile)(python ?? '', [SCRIPT, url])).stdout;

  test('over RFC 2217', async () => {
    const board = await makeBoard({ repl: true });
    const server = await serveRfc2217(board);
    onTestFinished(() => server.close());
    void board.run();
    expect(await speak(`rfc2217://127.0.0.1:${server.port}?timeout=60`)).toBe('ok\n');
  });

  test('by a pseudo-terminal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kiteline-pyserial-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const board = await makeBoard({
      repl: true,
      files: { 'main.py': 'import time\nwhile True: time.sleep(1)' },
    });
    const pty = await openPty(board, join(folder, 'board'));
    onTestFinished(() => pty.close());
    void board.run();
    expect(await speak(join(folder, 'board'))).toBe('ok\n');
  });
});
