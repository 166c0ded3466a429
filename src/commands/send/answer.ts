import type { Encoding } from '../../hub/encoding.ts';
import { print, printableLines } from '../terminal.ts';

export const QUIET_MS = 300; // many peers never close: this much silence ends an answer

/** Prints an answer as it comes: raw bytes into a pipe or file, safe text on a terminal or when an encoding is named. */
export function answerPrinter(
  encoding: Encoding,
  isNamed: boolean,
): { push(bytes: Uint8Array): Promise<void>; end(): Promise<void> } {
  const isTerminal = process.stdout.isTTY === true;
  if (!isTerminal && !isNamed) return { push: print, end: async () => {} };
  const decoder = encoding.stream();
  let last = '\n';
  const show = async (text: string): Promise<void> => {
    if (text === '') return;
    last = text;
    await print(isTerminal ? printableLines(text) : text);
  };
  return {
    push: (bytes) => show(decoder.push(bytes)),
    async end() {
      await show(decoder.end());
      // So that the shell's prompt begins a line of its own.
      if (isTerminal && !last.endsWith('\n')) await print('\n');
    },
  };
}
