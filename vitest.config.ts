import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/helpers/order.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Only what hangs should meet these. The slowest tests compute and write for 10 s on a quiet machine, and for minutes where
    // processor and disk have ten times as much to do.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    env: {
      // No test speaks to the network around the machine.
      KITELINE_MDNS: 'off',
      // Hundreds of processes start from the same sources: Node compiles them once.
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled'),
    },
    // Each virtual board is a thread of its own; more files at once than cores only makes them wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
    pool: 'forks',
  },
});
