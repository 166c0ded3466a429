import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { makeBoard, watch } from '../../helpers/board.ts';

/** What was said about the board's thread with each line that it printed. */
async function keptOf(program: string, measureKept: boolean): Promise<number[]> {
  const board = await makeBoard({ measureKept, files: { 'main.py': program } });
  const kept: number[] = [];
  board.on('stdout', (_, now) => kept.push(now?.ms ?? 0));
  await watch(board).ended;
  return kept;
}

const SLEEPS = `
import time
for n in range(5):
    print(n)
    time.sleep_ms(20)
`;

test('how long the machine has kept a board waiting only grows, and is nothing where nobody asks', async () => {
  expect(await keptOf(SLEEPS, false)).toEqual([0, 0, 0, 0, 0]);
  const kept = await keptOf(SLEEPS, true);
  expect(kept.length).toBe(5);
  expect(kept).toEqual([...kept].sort((a, b) => a - b));
});

test.skipIf(!existsSync('/proc/thread-self/schedstat'))(
  'a board that has to share its processor with much else is kept waiting',
  async () => {
    const loops = Array.from(
      { length: 3 * availableParallelism() },
      () => new Worker('for (;;);', { eval: true }),
    );
    onTestFinished(async () => {
      await Promise.all(loops.map((loop) => loop.terminate()));
    });
    const [first = 0, ...later] = await keptOf(
      `
import time
print('begun')
end = time.ticks_ms() + 400
while time.ticks_ms() < end:
    pass
print('over')
`,
      true,
    );
    expect((later.at(-1) ?? 0) - first).toBeGreaterThan(0);
  },
);
