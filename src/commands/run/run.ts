import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { BoardError } from '../../board/repl-error.ts';
import { interruption, print, tell } from '../terminal.ts';
import { unreadable } from '../unreadable.ts';
import { openUsb, withBoard } from '../usb/board.ts';
import type { UsbOptions } from '../usb.ts';

/**
 * Runs a program on the board until it ends; its traceback goes to stderr, and the exit code is 1 then.
 * @param file `-` for stdin
 * @throws KitelineError
 */
export async function runOnBoard(file: string, options: UsbOptions): Promise<void> {
  const program = file === '-' ? await text(process.stdin) : await read(file);
  const signal = interruption();
  try {
    await withBoard(await openUsb(options), (repl) => repl.exec(program, { signal, onOutput: print }));
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
    tell(error.traceback.replaceAll('File "<stdin>"', `File "${file}"`));
    process.exitCode = signal.aborted ? 130 : 1;
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
}
