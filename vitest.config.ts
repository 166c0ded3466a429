import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A journey starts real processes and worker threads: 30 s is far above any of them on a loaded 2-core machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Each virtual board is a thread of its own; more files at once than cores only makes them wait for each other.
    maxWorkers: 2,
    pool: 'forks',
  },
});
