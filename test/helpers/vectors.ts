/** The wire's test rows (test/vectors.json), for every decoder that is held against them. */
import { readFileSync } from 'node:fs';

export interface MessageRow {
  name: string;
  input?: string;
  base64?: string;
  /** What another JSON parser may see differently: a board's decoder leaves such a row out. */
  edge?: string;
  expect: object;
}

export interface StreamRow {
  name: string;
  pieces: (string | { base64: string } | { quiet: true })[];
  end: 'fin' | 'reset' | null;
  expect: string[];
  dropped: { tooLong: number; cut: number };
}

export const vectors: { messages: MessageRow[]; streams: StreamRow[] } = JSON.parse(
  readFileSync(new URL('../vectors.json', import.meta.url), 'utf8'),
);
