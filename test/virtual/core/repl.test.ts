import { expect, test } from 'vitest';
import { makeBoard, startBoard, watch } from '../../helpers/board.ts';

test('after main.py there is a prompt that computes', async () => {
  const running = await startBoard('x = 20\nprint("main")', { repl: true });
  await running.out(/main\n[\s\S]*; Generic ESP32 module with ESP32\r?\n[\s\S]*>>> $/);
  running.board.type('1+1\r');
  await running.out(/1\+1\r?\n2\r?\n>>> $/);
  running.board.type('x + 3\r');
  await running.out(/23\r?\n>>> $/);
  running.board.type('1/0\r');
  await running.out(/ZeroDivisionError: divide by zero\r?\n>>> $/);
});

test('Ctrl-C ends a program and leaves the prompt', async () => {
  const running = await startBoard('import time\nprint("in it")\ntime.sleep(1000)', { repl: true });
  await running.out(/in it/);
  running.board.type('\x03');
  await running.err(/KeyboardInterrupt/);
  await running.out(/>>> $/);
  running.board.type('2 * 21\r');
  await running.out(/42\r?\n/);
});

test('a loop that calls nothing costs a restart, and main.py is passed over', async () => {
  const board = await makeBoard({
    repl: true,
    // Setting a pin is the last call before the loop, and no moment for Ctrl-C, as printing is.
    files: {
      'main.py':
        'from machine import Pin\nled = Pin(2, Pin.OUT)\nprint("main")\nled.value(1)\nwhile True: pass',
    },
  });
  const lit = new Promise<void>((done) => board.pin(2).on('change', ({ level }) => level === 1 && done()));
  const running = watch(board);
  await lit;
  board.type('\x03');
  await running.err(/KeyboardInterrupt: .* restarted/);
  await running.out(/>>> $/);
  board.type('6 * 7\r');
  await running.out(/42\r?\n>>> $/);
  expect(running.stdout().match(/main/g)).toHaveLength(1);
});

test('Ctrl-D is a soft reset: main.py runs again, names are gone', async () => {
  const running = await startBoard('print("begin")', { repl: true });
  await running.out(/begin\n[\s\S]*>>> $/);
  running.board.type('y = 5\r');
  await running.out(/y = 5\r?\n>>> $/);
  running.board.type('\x04');
  await running.out(/begin[\s\S]*begin\n[\s\S]*>>> $/);
  running.board.type('"y" in dir()\r');
  await running.out(/False\r?\n/);
});

test('the end of main.py is told though the board lives on', async () => {
  const board = await makeBoard({ repl: true, files: { 'main.py': 'import sys\nsys.exit(4)' } });
  const end = new Promise((done) => board.once('end', done));
  watch(board);
  expect(await end).toEqual({ how: 'exit', code: 4 });
});

test('an exception that the prompt reports survives the collection that its printing may cause', async () => {
  const running = await startBoard('', { repl: true });
  await running.out(/>>> $/);
  for (let time = 0; time < 5; time++) {
    running.board.type(
      `exec("x = [bytearray(100) for i in range(3000)]\\nraise ValueError('${time}' * 30, list(range(9)))")\r`,
    );
    await running.out(
      new RegExp(`ValueError: \\('${`${time}`.repeat(30)}', \\[0, 1, 2, 3, 4, 5, 6, 7, 8\\]\\)\\r?\\n>>> $`),
    );
  }
});
