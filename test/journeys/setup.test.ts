/** From a board at the USB to its first sample, as a person does it. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Air } from '../../src/virtual/index.ts';
import { run } from '../commands/cli.ts';
import { startUp } from '../commands/up-hub.ts';
import { makeBoard } from '../helpers/board.ts';
import { serveSerial } from '../usb/serve.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-setup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function boardInWorkshop(files: Record<string, string> = {}) {
  const air = new Air({
    joinMs: 10,
    accessPoints: [{ ssid: 'workshop', password: 'secret123' }, { ssid: 'guests' }],
  });
  const board = await makeBoard({ repl: true, air, files });
  void board.run();
  return { board, port: await serveSerial(board), onFlash: (path: string) => join(board.flash, path) };
}

it('setup with all flags: key, Wi-Fi, library and program are on the board, and its first sample is shown', async () => {
  const hub = await startUp(folder);
  const { port, onFlash } = await boardInWorkshop({ 'main.py': 'print("of years")', 'notes.txt': 'mine' });
  const data = ['--data', join(folder, 'kiteline-data')];
  const wifi = ['--ssid', 'workshop', '--password', 'secret123'];
  const flags = ['setup', '--port', port, '--name', 'greenhouse', ...data];

  const refused = await run([...flags, ...wifi]);
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/come from elsewhere: \/main\.py\. --backup/),
  });
  const wrong = await run([...flags, '--yes', '--ssid', 'workshop', '--password', 'secret124']);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/workshop refuses the password/) });
  expect(existsSync(onFlash('kiteline.json'))).toBe(false);
  expect(readFileSync(onFlash('main.py'), 'utf8')).toBe('print("of years")');

  const backup = join(folder, 'old');
  const began = performance.now();
  const done = await run([...flags, ...wifi, '--backup', backup]);
  console.log(`from setup to the first sample: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  expect(done.code, done.stderr).toBe(0);
  expect(done.stdout).toMatch(/^greenhouse {2}memory \d+ B {2}signal -\d+ dBm\n$/);
  expect(done.stderr).toMatch(/MicroPython 1\.27\.0, .* of memory and .* of flash free/);
  expect(done.stderr).toMatch(/It is in workshop as 127\./);
  expect(done.stderr).toMatch(/greenhouse is online\./);
  expect(readFileSync(join(backup, 'main.py'), 'utf8')).toBe('print("of years")');
  expect(readFileSync(join(backup, 'notes.txt'), 'utf8')).toBe('mine');
  const settings = JSON.parse(readFileSync(onFlash('kiteline.json'), 'utf8'));
  expect(settings).toMatchObject({
    name: 'greenhouse',
    hub: expect.stringMatching(new RegExp(`:${hub.tcp}$`)),
    key: expect.stringMatching(/^[\da-f]{64}$/),
    wifi: [{ ssid: 'workshop', password: 'secret123' }],
  });

  // Again, as somebody does who moves to another Wi-Fi: what is ours is replaced without a question, but for the key.
  const again = await run([...flags, '--ssid', 'guests']);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/no terminal to ask at: --new-key/) });
  const program = join(folder, 'mine.py');
  writeFileSync(
    program,
    'import kiteline\nboard = kiteline.Board()\n@board.every(100)\ndef n():\n    return 7\nboard.run()\n',
  );
  const moved = await run([...flags, '--ssid', 'guests', '--new-key', '--program', program]);
  expect(moved.code, moved.stderr).toBe(0);
  expect(moved.stdout).toBe('greenhouse  n 7\n');
  expect(JSON.parse(readFileSync(onFlash('kiteline.json'), 'utf8')).key).not.toBe(settings.key);

  // It takes its next programs where those over the air lie.
  const own = join(folder, 'own');
  mkdirSync(own);
  writeFileSync(join(own, 'main.py'), 'print("own")\n');
  const pushed = await run(['push', own, '--port', port]);
  expect(pushed.stderr).toMatch(/2 files written \(.*\), 0 removed/);
  expect(readFileSync(onFlash('program-a/main.py'), 'utf8')).toBe('print("own")\n');
  expect(JSON.parse(readFileSync(onFlash('kiteline-program.json'), 'utf8'))).toEqual({ run: 'a', ids: {} });
});

it('every step that fails says how to go on', async () => {
  const { port } = await boardInWorkshop();
  const data = ['--data', join(folder, 'kiteline-data')];
  const flags = ['setup', '--port', port, ...data];
  expect(await run(flags)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/No hub is running here.*kiteline up/),
  });
  await startUp(folder);
  const steps: [string[], number, RegExp][] = [
    [[], 2, /--name is missing/],
    [['--name', 'greenhouse'], 2, /--ssid is missing\. The board hears workshop, guests\./],
    [['--name', 'greenhouse', '--ssid', 'workshop'], 2, /--password is missing/],
    [
      ['--name', 'greenhouse', '--ssid', 'other', '--password', 'x'],
      1,
      /does not hear other; it hears workshop, guests.*2\.4 GHz/s,
    ],
  ];
  for (const [more, code, sentence] of steps) {
    const outcome = await run([...flags, ...more]);
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.code).toBe(code);
  }
});
