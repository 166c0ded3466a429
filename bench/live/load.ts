/** The board whose samples the pages are told of. */
export const BOARD = 'greenhouse';

/** A sample of three values, as a board of the library sends it. */
export const sampleLine = (n: number): string =>
  `{"n":${n},"temp":${20 + (n % 50) / 10},"humidity":${40 + (n % 7)}}\n`;
