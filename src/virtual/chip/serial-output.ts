/** What the interpreter prints, on its way out: without the lines of our own modules, and held back where the prompt asks. */
import type { Printed } from '../messages.ts';
import type { NativeSerial } from './native-serial.ts';
import { RomFilter } from './rom-filter.ts';

export class SerialOutput {
  readonly #serial: NativeSerial;
  readonly #filters = { stdout: new RomFilter(), stderr: new RomFilter() };
  #captured: Buffer[] | undefined;
  /** Bytes to leave out. */
  #swallow = 0;

  constructor(serial: NativeSerial) {
    this.#serial = serial;
  }

  print(stream: 'stdout' | 'stderr', printed: Printed, bytes: Uint8Array): void {
    if (this.#captured) {
      this.#captured.push(Buffer.from(bytes));
      return;
    }
    const left = bytes.subarray(this.#swallow);
    this.#swallow -= bytes.length - left.length;
    const shown = this.#filters[stream].pass(left);
    if (shown.length > 0) this.#serial.output(stream, printed, shown);
  }

  /** As the prompt's own C code prints. */
  raw(text: string): void {
    this.print('stdout', 'raw', Buffer.from(text, 'latin1'));
  }

  /** The next so many bytes are not shown. */
  swallow(count: number): void {
    this.#swallow = count;
  }

  /** What `work` prints, in place of printing it: one character a byte. */
  capture(work: () => void): string {
    this.#captured = [];
    work();
    const text = Buffer.concat(this.#captured).toString('latin1');
    this.#captured = undefined;
    return text;
  }
}
