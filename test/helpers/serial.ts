/** A board's serial port for tests: what was written to it and what must come, byte for byte. */
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { VirtualBoard, VirtualBoardOptions } from '../../src/virtual/index.ts';
import { makeBoard } from './board.ts';

/** Above anything that a loaded 2-core machine needs. */
const PATIENCE_MS = 60_000;

export const GREETING =
  'MicroPython v1.27.0 on 2025-12-09; Generic ESP32 module with ESP32\r\nType "help()" for more information.\r\n>>> ';
export const RAW = 'raw REPL; CTRL-B to exit\r\n>';
export const PASTE = 'R\x01\x80\x00\x01';

export class Typist {
  readonly port: Duplex;
  /** What came and was not asked for yet; one character a byte. */
  text = '';

  constructor(port: Duplex) {
    this.port = port;
    port.on('data', (bytes: Buffer) => {
      this.text += bytes.toString('latin1');
    });
    port.on('error', () => {}); // a test that wants it listens as well
  }

  write(text: string): void {
    this.port.write(Buffer.from(text, 'latin1'));
  }

  /** Writes, and gives what came up to and with `end`. */
  async ask(text: string, end: string): Promise<string> {
    this.write(text);
    return this.until(end);
  }

  /** What came up to and with `end`, which is taken out. */
  until(end: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(deadline);
        this.port.off('data', look);
      };
      let from = 0; // what was looked through is not looked through again
      const look = () => {
        const at = this.text.indexOf(end, from);
        from = Math.max(0, this.text.length - end.length);
        if (at < 0) return;
        settle();
        const found = this.text.slice(0, at + end.length);
        this.text = this.text.slice(at + end.length);
        resolve(found);
      };
      const deadline = setTimeout(() => {
        settle();
        reject(new Error(`${JSON.stringify(end)} has not come, but ${JSON.stringify(this.text)}`));
      }, PATIENCE_MS);
      this.port.on('data', look);
      look();
    });
  }
}

/** A board with a prompt, and its port open. */
export async function boardOnCable(
  options: VirtualBoardOptions = {},
): Promise<{ board: VirtualBoard; cable: Typist }> {
  const board = await makeBoard({ repl: true, ...options });
  const cable = new Typist(board.serial.open());
  onTestFinished(() => void cable.port.destroy());
  void board.run();
  return { board, cable };
}

/** The same, at the raw prompt. */
export async function boardAtRawPrompt(
  options: VirtualBoardOptions = {},
): Promise<{ board: VirtualBoard; cable: Typist }> {
  const made = await boardOnCable(options);
  await made.cable.until(GREETING);
  await made.cable.ask('\r\x01', RAW);
  return made;
}
