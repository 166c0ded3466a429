import type { EngineLimits } from '../../../src/store/sqlite/engine.ts';

/** Limits that nothing here comes near, but for those that are given. */
export const limitsOf = (limits: Partial<EngineLimits> = {}): EngineLimits => ({
  boards: 100,
  seriesPerBoard: 100,
  series: 1_000,
  textsPerBoard: 100_000,
  maxAge: undefined,
  maxBytes: undefined,
  logBytes: 1 << 20,
  openBytes: 1 << 24,
  ...limits,
});
