import { expect, test } from 'vitest';
import { linesOf, runBoard, startBoard } from '../../helpers/board.ts';

test('a program that eats all memory gets a MemoryError; another board works on', async () => {
  const other = await startBoard(
    'import time\nwhile True:\n    print("alive", time.ticks_ms())\n    time.sleep_ms(5)',
  );
  await other.out(/alive/);
  const { end } = await runBoard('eaten = []\nwhile True:\n    eaten.append(bytearray(100_000))', {
    memoryLimit: 8 * 1024 * 1024,
  });
  expect(end).toMatchObject({ how: 'exception', text: /^MemoryError: / });
  const before = other.stdout().length;
  await other.out(new RegExp(`^[\\s\\S]{${before + 20}}`));
});

test('a MemoryError can be caught, and the memory is there again', async () => {
  expect(
    await linesOf(
      `import gc
try:
    eaten = []
    while True:
        eaten.append(bytearray(100_000))
except MemoryError:
    eaten = None
    gc.collect()
print(len(bytearray(1_000_000)))`,
      { memoryLimit: 8 * 1024 * 1024 },
    ),
  ).toEqual(['1000000']);
});

test('recursion without end is a RuntimeError', async () => {
  const { end } = await runBoard('def deeper():\n    deeper()\ndeeper()');
  expect(end).toEqual({ how: 'exception', text: 'RuntimeError: maximum recursion depth exceeded' });
});

test('recursion through C code ends too, on this board only', async () => {
  const other = await startBoard('input()\nprint("unharmed")');
  const { end } = await runBoard(
    'class Deep:\n    def __str__(self):\n        return str(self)\nstr(Deep())',
  );
  expect(end.how).toMatch(/exception|crashed/);
  other.board.type('\n');
  expect(await other.ended).toEqual({ how: 'done' });
  expect(other.stdout()).toBe('unharmed\n');
});

test('output that nobody takes holds the program up, not the memory', async () => {
  const running = await startBoard(
    'line = "x" * 1000\nfor n in range(4000):\n    print(n, line)\nprint("all out")',
  );
  expect(await running.ended).toEqual({ how: 'done' });
  const lines = running.stdout().split('\n');
  expect(lines.length).toBe(4002);
  expect(lines[3999]).toBe(`3999 ${'x'.repeat(1000)}`);
});

test('a main loop inside a constructor, where nothing can be collected, is told why and ends', async () => {
  const { end, stderr } = await runBoard(
    `import time
class App:
    def __init__(self, name):
        while True:
            [str(i) for i in range(200)]
            time.sleep_ms(0)
App("pump")`,
    { memoryLimit: 40 * 1024 * 1024 },
  );
  expect(end).toMatchObject({ how: 'exception', text: /^MemoryError: / });
  expect(stderr).toMatch(/^kiteline: memory grows: .*constructor with arguments.*\nMemoryError/);
});
