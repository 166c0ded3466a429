import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { linesOf } from '../../helpers/board.ts';

const shapes = readFileSync(new URL('gc-shapes.py', import.meta.url), 'utf8');

describe('garbage collection in the middle of a program', () => {
  test('frees nothing that is in use, whatever is being built around the call', async () => {
    expect(await linesOf(shapes)).toEqual(['done']);
  });

  /** Each allocates some 10 MB in all, of which nothing is needed for long. */
  test.each([
    ['a loop that sleeps', 'x = [bytearray(100) for _ in range(100)]\n        time.sleep_ms(0)'],
    ['a loop that asks the time', 'x = [bytearray(100) for _ in range(100)]\n        time.ticks_ms()'],
    ['a loop that prints', 'x = [bytearray(100) for _ in range(100)]\n        print("x", end="\\r")'],
    [
      'sorted with a key that calls',
      'x = sorted([i * 37 % 64 for i in range(64)], key=lambda i: (time.ticks_ms(), str(i) * 3)[1])\n        time.sleep_ms(0)',
    ],
    ['json', 'x = json.loads(json.dumps({"a": [{"k": i} for i in range(60)]}))\n        time.sleep_ms(0)'],
    ['methods and generators', 'x = [y for y in Maker(n).steps()]\n        time.sleep_ms(0)'],
    ['an own gc.collect()', 'x = [bytearray(100) for _ in range(100)]\n        if n % 50 == 0: gc.collect()'],
  ])('keeps %s within a few megabytes', async (_, statement) => {
    const lines = await linesOf(
      `import gc, json, time
class Maker:
    def __init__(self, n):
        self.data = [n] * 50
    def steps(self):
        for n in self.data:
            yield bytearray(100 + n * 0)
            time.ticks_ms()
kept = [[n, str(n) * 3] for n in range(1000)]
def work():
    for n in range(900):
        ${statement}
work()
print()
print(gc.mem_alloc() < 2_000_000, kept == [[n, str(n) * 3] for n in range(1000)])`,
      { memoryLimit: 6 * 1024 * 1024 },
    );
    expect(lines.at(-1)).toBe('True True');
  });
});
