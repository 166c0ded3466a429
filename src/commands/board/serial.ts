import { setTimeout } from 'node:timers/promises';
import type { VirtualBoard } from '../../virtual/index.ts';
import { isTypedTo } from '../terminal.ts';

/** What a serial line of 115,200 baud carries in 10 ms. Faster, and a program that is not reading yet would lose input. */
const BYTES = 115;
const EVERY_MS = 10;

/** What the program prints, and nothing else, goes to stdout; tracebacks and notes go to stderr. */
export function connectOutput(board: VirtualBoard): void {
  board.on('stdout', (bytes) => process.stdout.write(bytes));
  board.on('stderr', (bytes) => process.stderr.write(bytes));
}

/** The same without what is said at the prompt, which is with whoever has the serial port. */
export function connectProgramOutput(board: VirtualBoard): void {
  let runs = false;
  board.on('start', () => {
    runs = true;
  });
  board.on('end', () => {
    runs = false;
  });
  board.on('stdout', (bytes) => runs && process.stdout.write(bytes));
  board.on('stderr', (bytes) => process.stderr.write(bytes));
}

/** Lines for a program's `input()`: the terminal echoes and edits them, since the program's stdin does neither. */
export async function feedLines(board: VirtualBoard): Promise<void> {
  if (process.stdin.isTTY && !isTypedTo()) return;
  for await (const bytes of process.stdin) await feed(board, bytes);
}

/** A file or pipe for the prompt: as the Enter key sends them, lines end in CR. Resolves when all is handed over. */
export async function feedKeys(board: VirtualBoard): Promise<void> {
  for await (const bytes of process.stdin) {
    const text = (bytes as Buffer).toString('latin1'); // one character a byte
    await feed(board, Buffer.from(text.replace(/\r?\n/g, '\r'), 'latin1'));
  }
}

async function feed(board: VirtualBoard, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += BYTES) {
    board.type(bytes.subarray(at, at + BYTES));
    await setTimeout(EVERY_MS);
  }
}

/**
 * A terminal for the prompt, key by key; the board echoes, as on a real serial port.
 * @param onKey returns true for what is not the board's
 */
export function connectKeys(board: VirtualBoard, onKey: (bytes: Buffer) => boolean): void {
  const { stdin } = process;
  if (!isTypedTo()) return;
  stdin.setRawMode(true);
  process.once('exit', () => stdin.setRawMode(false));
  stdin.on('data', (bytes: Buffer) => {
    if (!onKey(bytes)) board.type(bytes);
  });
}
