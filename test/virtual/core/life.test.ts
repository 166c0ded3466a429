import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { linesOf, makeBoard, runBoard, startBoard, watch } from '../../helpers/board.ts';

describe('a program', () => {
  test('boot.py runs before main.py, in the same globals', async () => {
    expect(
      await linesOf('print("main", word)', { files: { 'boot.py': 'word = "from boot"\nprint("boot")' } }),
    ).toEqual(['boot', 'main from boot']);
  });

  test('main.py is passed over when boot.py died', async () => {
    const { end, stdout, stderr } = await runBoard('print("main")', { files: { 'boot.py': '1/0' } });
    expect(end).toMatchObject({ how: 'exception' });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/boot\.py.*\nZeroDivisionError/);
  });

  test('a board without main.py is done at once', async () => {
    const board = await makeBoard();
    expect(await board.run()).toEqual({ how: 'done' });
  });

  test("a traceback shows the program's lines only", async () => {
    const { end, stdout, stderr } = await runBoard(
      'import network, time\ndef work():\n    time.sleep_ms("x")\nprint(1)\nwork()',
    );
    expect(end).toMatchObject({ how: 'exception', text: /^TypeError: / });
    expect(stdout).toBe('1\n');
    expect(stderr).toMatch(
      /^Traceback \(most recent call last\):\n {2}File "main\.py", line 5, in <module>\n {2}File "main\.py", line 3, in work\nTypeError: .*\n$/,
    );
  });

  test('a syntax error names its line', async () => {
    const { stderr } = await runBoard('x = 1\nif x\n');
    expect(stderr).toMatch(/File "main\.py", line 2\nSyntaxError: invalid syntax/);
  });

  test.each([
    ['sys.exit()', 0],
    ['sys.exit(3)', 3],
    ['raise SystemExit', 0],
  ])('%s ends it with that code', async (statement, code) => {
    const { end, stderr } = await runBoard(`import sys\n${statement}\nprint("never")`);
    expect({ end, stderr }).toEqual({ end: { how: 'exit', code }, stderr: '' });
  });

  test('sys.exit with a text prints it and is 1', async () => {
    const { end, stderr } = await runBoard('import sys\nsys.exit("no sensor")');
    expect({ end, stderr }).toEqual({ end: { how: 'exit', code: 1 }, stderr: 'no sensor\n' });
  });

  test('says what it runs on', async () => {
    expect(
      await linesOf(`import sys, os, gc
print(sys.platform, sys.implementation.name, os.uname().sysname, sys.implementation._machine.split()[-1])
print(0 < gc.mem_free() < 170_000)`),
    ).toEqual(['esp32 micropython esp32 ESP32', 'True']);
  });

  test('time begins in 2000 and is in whole seconds', async () => {
    expect(
      await linesOf(`import time
print(time.gmtime(0)[:6], time.localtime()[0], time.time() < 60, type(time.time()).__name__)
print(time.mktime((2000, 1, 2, 0, 0, 0, 0, 0)), time.mktime(time.gmtime(86400)))
began = time.ticks_ms()
time.sleep(0.02); time.sleep_ms(20); time.sleep_us(20_000)
print(time.ticks_diff(time.ticks_ms(), began) >= 59)`),
    ).toEqual(['(2000, 1, 1, 0, 0, 0) 2000 True int', '86400 86400', 'True']);
  });
});

describe('the flash', () => {
  test('is a folder that is kept, and os sees it', async () => {
    const flash = mkdtempSync(join(tmpdir(), 'kiteline-test-'));
    onTestFinished(() => rmSync(flash, { recursive: true }));
    writeFileSync(join(flash, 'config.json'), '{"a": 1}');
    const program = `import os, json
print(sorted(os.listdir()), json.load(open('config.json')))
os.mkdir('log')
with open('log/one.txt', 'w') as f:
    f.write('first\\n')
with open('/log/one.txt', 'a') as f:
    f.write('second\\n')
print(open('log/one.txt').read().split(), os.stat('log/one.txt')[6], os.listdir('log'), os.getcwd())
os.rename('log/one.txt', 'log/two.txt')
os.remove('config.json')
print(list(os.ilistdir('/log')), list(os.ilistdir('log'))[0][3], os.stat('/log/two.txt')[:7], os.stat('/log')[0])
try:
    open('none.txt')
except OSError as e:
    print(e)
try:
    os.rmdir('log')
except OSError as e:
    print(e.errno)`;
    const { board, stdout, stderr } = await runBoard(program, { flash });
    expect(stderr).toBe('');
    expect(stdout.split('\n').slice(0, -1)).toEqual([
      "['config.json', 'main.py'] {'a': 1}",
      "['first', 'second'] 13 ['one.txt'] /",
      "[('two.txt', 32768, 0, 13)] 13 (32768, 0, 0, 0, 0, 0, 13) 16384",
      '[Errno 2] ENOENT',
      '90',
    ]);
    await board.close();
    expect(readFileSync(join(flash, 'log/two.txt'), 'utf8')).toBe('first\nsecond\n');
    expect(existsSync(join(flash, 'config.json'))).toBe(false);
  });

  test('that nobody named is gone with the board', async () => {
    const { board } = await runBoard('open("x", "w").close()');
    expect(existsSync(join(board.flash, 'x'))).toBe(true);
    await board.close();
    expect(existsSync(board.flash)).toBe(false);
  });

  test('has no way out', async () => {
    const { board, stdout } = await runBoard(`
import os
for path in ('../../etc/passwd', '/../../../etc/passwd', '/etc/passwd'):
    try:
        print(open(path).read())
    except OSError as e:
        print(e.errno)
`);
    expect(stdout).toBe('2\n2\n2\n');
    expect(() => board.write({ '../outside': '' })).toThrow(/not a path on the flash/);
  });
});

describe('resets', () => {
  const counting = `
try:
    n = int(open('n').read())
except OSError:
    n = 0
with open('n', 'w') as f:
    f.write(str(n + 1))
import network
wlan = network.WLAN(network.STA_IF)
print('start', n, wlan.isconnected())
wlan.active(True)
if not wlan.isconnected():
    wlan.connect('lab', 'secret')
    while not wlan.isconnected():
        pass
print('joined', n)
input()
print('done', n)`;

  test('a hard reset starts again without Wi-Fi, a soft one keeps it', async () => {
    const running = await startBoard(counting);
    const { board } = running;
    const resets: string[] = [];
    board.on('reset', (kind) => resets.push(kind));
    await running.out(/start 0 False\njoined 0/);
    await board.reset();
    await running.out(/start 1 False\njoined 1/);
    await board.reset('soft');
    await running.out(/start 2 True\njoined 2/);
    board.type('\n');
    expect(await running.ended).toEqual({ how: 'done' });
    expect(resets).toEqual(['hard', 'soft']);
    expect(running.stdout()).toMatch(/done 2\n$/);
  });

  test('a reset closes the sockets', async () => {
    const running = await startBoard(`${counting.replace('input()', '')}
import socket
held = [socket.socket() for _ in range(10)]
print('sockets', n)
input()`);
    await running.out(/sockets 0/);
    await running.board.reset('soft');
    await running.out(/sockets 1/);
  });

  test('machine.reset, soft_reset and deepsleep start again, each with its cause', async () => {
    const running = await startBoard(`
import machine
try:
    step = int(open('step').read())
except OSError:
    step = 0
with open('step', 'w') as f:
    f.write(str(step + 1))
print(step, machine.reset_cause())
if step == 0:
    machine.reset()
elif step == 1:
    machine.soft_reset()
elif step == 2:
    machine.deepsleep(10)
print('never before the last')`);
    const resets: string[] = [];
    running.board.on('reset', (kind) => resets.push(kind));
    expect(await running.ended).toEqual({ how: 'done' });
    const [powerOn, hard, deepsleep, soft] = [1, 2, 4, 5];
    expect(running.stdout()).toBe(
      `0 ${powerOn}\n1 ${hard}\n2 ${soft}\n3 ${deepsleep}\nnever before the last\n`,
    );
    expect(resets).toEqual(['hard', 'soft', 'deepsleep']);
  });

  test('stop() ends a run, and the board can run again', async () => {
    const board = await makeBoard({ files: { 'main.py': 'print("up")\nimport time\ntime.sleep(1000)' } });
    for (let time = 0; time < 2; time++) {
      const running = watch(board);
      await running.out(/up/);
      await board.stop();
      expect(await running.ended).toEqual({ how: 'stopped' });
    }
  });
});
