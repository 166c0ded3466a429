/** `kiteline dev` and `kiteline logs`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBoard } from '../helpers/board.ts';
import { serveSerial } from '../usb/serve.ts';
import { run, start } from './cli.ts';
import { startUp, stop } from './up-hub.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-dev-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const save = (text: string, name = 'main.py') => writeFileSync(join(folder, name), text);

describe('dev', () => {
  it('on a virtual board: each save is pushed, runs, and shows what it prints', async () => {
    save('print("one")\nimport time\nwhile True: time.sleep(1)');
    const program = start(['dev', folder, '--virtual']);
    await program.out(/one\r\n/);
    save('import pump\nprint("and", pump.N)');
    save('N = 2', 'pump.py');
    await program.out(/and 2\r\n/);
    save('this is no Python');
    await program.out(/SyntaxError/);
    save('print("three")');
    await program.out(/three\r\n/);
    program.interrupt();
    expect(await program.ended).toMatchObject({ code: 0 });
  });

  it('on a board by USB: a cable that is pulled is waited for', async () => {
    const board = await makeBoard({ repl: true });
    void board.run();
    save('print("one")');
    const program = start(['dev', folder, '--port', await serveSerial(board)]);
    await program.out(/one\r\n/);
    board.serial.unplug({ power: false });
    await program.err(/has gone/);
    save('print("two")');
    board.serial.plug();
    await program.out(/two\r\n/);
    program.interrupt();
    expect(await program.ended).toMatchObject({ code: 0 });
  });

  it('says what is wrong with the folder', async () => {
    expect(await run(['dev', join(folder, 'none'), '--virtual'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/There is no folder/),
    });
  });
});

it('logs shows what a board said before, and goes on with what it says', async () => {
  const hub = await startUp(folder);
  const data = ['--data', join(folder, 'kiteline-data')];
  save(`import kiteline
board = kiteline.Board()
@board.command
def speak():
    print("spoken")
@board.command
def die():
    raise ValueError("of this")
board.run()
`);
  const board = start([
    'board',
    'run',
    join(folder, 'main.py'),
    '--name',
    'pump',
    '--hub',
    `127.0.0.1:${hub.tcp}`,
  ]);
  await hub.err(/pump is online/);
  await run(['command', 'pump', 'speak', ...data]);
  const watching = start(['logs', 'pump', ...data]);
  await watching.out(/spoken/);
  await run(['command', 'pump', 'die', ...data]);
  await watching.out(/ {4}ValueError: of this/);
  watching.interrupt();
  const { code, stdout } = await watching.ended;
  expect(code).toBe(0);
  expect(stdout.match(/spoken/g)).toHaveLength(1);
  board.interrupt();
  await board.ended;
  const last = await run(['logs', 'pump', '-n', '1', '--no-follow', '--json', ...data]);
  expect(JSON.parse(last.stdout)).toMatchObject({ type: 'log', board: 'pump' });
  await stop(hub);
  const alone = await run(['logs', 'pump', '--no-follow', ...data]);
  expect(alone.stdout).toMatch(/^\S+ \S+ {2}spoken\n/m);
  const none = await run(['logs', 'fan', '--no-follow', ...data]);
  expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/There is no board fan/) });
});

it.each([
  [['--virtual', '--port', 'COM250'], /--port is of a board at the USB/],
  [['--port', 'COM250', '--name', 'shed'], /--name is of a virtual board/],
])('%j is not passed over', async (args, sentence) => {
  expect(await run(['dev', '.', ...args])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(sentence),
  });
});
