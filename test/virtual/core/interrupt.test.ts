import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Air } from '../../../src/virtual/index.ts';
import { JOIN, makeBoard, startBoard, watch } from '../../helpers/board.ts';

const waits: [name: string, program: string][] = [
  ['sleep', 'import time\nprint("in it")\ntime.sleep(1000)'],
  ['a loop of short sleeps', 'import time\nprint("in it")\nwhile True:\n    time.sleep_ms(1)'],
  ['a loop of sleep(0)', 'import time\nprint("in it")\nwhile True:\n    time.sleep(0)'],
  [
    'recv',
    `${JOIN}
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('', 0))
print("in it")
s.recv(10)`,
  ],
  [
    'accept',
    `${JOIN}
import socket
s = socket.socket()
s.bind(('', 0))
s.listen(1)
print("in it")
s.accept()`,
  ],
  ['poll', 'import select\nprint("in it")\nselect.poll().poll()'],
  ['input', 'print("in it")\ninput()'],
  ['a loop that prints', 'print("in it")\nwhile True:\n    print("x")'],
  ['a loop that asks the time', 'import time\nprint("in it")\nwhile True:\n    time.ticks_ms()'],
  ['while not wlan.isconnected(): pass', `print("in it")\n${JOIN}`],
];

describe('Ctrl-C', () => {
  test.each(waits)('is a KeyboardInterrupt in %s', async (_, program) => {
    const nowhere = new Air({ accessPoints: [] });
    const running = await startBoard(program, program.startsWith('print') ? { air: nowhere } : {});
    await running.out(/in it/);
    running.board.type('\x03');
    expect(await running.ended).toMatchObject({ how: 'exception', text: 'KeyboardInterrupt: ' });
    expect(running.stderr()).toMatch(/File "main\.py", line \d+, in <module>\nKeyboardInterrupt: /);
  });

  test('can be caught, and the program goes on', async () => {
    const running = await startBoard(`
import time
try:
    print("in it")
    time.sleep(1000)
except KeyboardInterrupt:
    print("caught")
time.sleep_ms(1)
print("and on")`);
    await running.out(/in it/);
    running.board.interrupt();
    expect(await running.ended).toEqual({ how: 'done' });
    expect(running.stdout()).toBe('in it\ncaught\nand on\n');
  });

  test('is a byte like any other after micropython.kbd_intr(-1)', async () => {
    const running = await startBoard(`
import micropython, sys
micropython.kbd_intr(-1)
print("raw")
print(sys.stdin.buffer.read(3))
micropython.kbd_intr(3)
print("cooked")
input()`);
    await running.out(/raw/);
    running.board.type('a\x03b');
    await running.out(/b'a\\x03b'\ncooked/);
    running.board.type('\x03');
    expect(await running.ended).toMatchObject({ text: 'KeyboardInterrupt: ' });
  });

  test.each([0, 1, 2, 4, 8])('twice, %i ms apart, is no crash', async (apart) => {
    const running = await startBoard(
      `${JOIN}\nimport socket\ns = socket.socket()\ns.bind(('', 0))\ns.listen(1)\nprint("in it")\ns.accept()`,
    );
    await running.out(/in it/);
    running.board.interrupt();
    const again = performance.now() + apart;
    while (performance.now() < again) await new Promise((soon) => setImmediate(soon));
    running.board.interrupt();
    expect(await running.ended).toMatchObject({ how: 'exception', text: 'KeyboardInterrupt: ' });
    expect(running.stderr()).not.toContain('crashed');
  });

  test('ends a while True: pass, and says why', async () => {
    const board = await makeBoard({ files: { 'main.py': 'while True: pass' } });
    const started = once(board, 'start');
    const running = watch(board);
    await started;
    board.interrupt();
    expect(await running.ended).toMatchObject({ how: 'exception', text: /loop that calls nothing/ });
    expect(running.stderr()).toMatch(/loop that calls nothing/);
  });

  test('stop() ends a while True: pass', async () => {
    const running = await startBoard('print("in it")\nwhile True: pass');
    await running.out(/in it/);
    await running.board.stop();
    expect(await running.ended).toEqual({ how: 'stopped' });
  });
});
