/** What the boards of every benchmark say: about 57 bytes of JSON with four fields, the values walking. */

/** A walk of two decimals, the same in every run. */
export function walk(seed: number, from: number, step: number): () => number {
  let state = seed >>> 0 || 1;
  let hundredths = Math.round(from * 100);
  return () => {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    hundredths += ((state >>> 8) % (2 * step + 1)) - step;
    return hundredths / 100;
  };
}

export const FIELDS = 4;

/** Lines of one board, without LF. */
export function lines(board: number, count: number): string[] {
  const temp = walk(3 * board + 1, 23.5, 5);
  const hum = walk(3 * board + 2, 40, 10);
  const press = walk(3 * board + 3, 1013.25, 3);
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify({ temp: temp(), hum: hum(), press: press(), seq: 123_456 + i }),
  );
}

/** Lines of one board in writes of so many, each ending in LF. */
export function writes(board: number, count: number, each: number): Buffer[] {
  const all = lines(board, count * each);
  return Array.from({ length: count }, (_, i) =>
    Buffer.from(
      all
        .slice(i * each, (i + 1) * each)
        .map((line) => `${line}\n`)
        .join(''),
    ),
  );
}

/**
 * The address that board number n sends from: its own in 127.0.0.0/8 where the system has all of that network, for
 * the hub takes one address for one board; undefined elsewhere, where all of them are one board.
 */
export const addressOf = (board: number): string | undefined =>
  process.platform === 'linux' || process.platform === 'win32'
    ? `127.0.${1 + Math.floor(board / 250)}.${1 + (board % 250)}`
    : undefined;
