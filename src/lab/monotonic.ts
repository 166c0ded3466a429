/** Milliseconds of the machine's clock that never jumps, the same one in every process. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
