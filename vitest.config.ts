import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Only what hangs should meet these. The slowest tests write and sync thousands of small files: 10 s on a quiet machine,
    // over a minute where the disk has other work.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // No test speaks to the network around the machine.
    env: { KITELINE_MDNS: 'off' },
    // Each virtual board is a thread of its own; more files at once than cores only makes them wait for each other.
    maxWorkers: 2,
    pool: 'forks',
  },
});
