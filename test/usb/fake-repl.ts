/** A raw REPL as MicroPython's documents describe it, byte by byte, with every way that a board can differ. */
import { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Port } from '../../src/board/port.ts';
import { type Clock, systemClock } from '../../src/clock.ts';

/** A clock that goes sixty times as fast, for a board that says nothing anyway. */
export const hastyClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now() * 60,
  alarm: (ms, ring) => systemClock.alarm(ms / 60, ring),
};

export interface FakeOptions {
  /** What it says to raw-paste: has it, knows that it has it not, is older than that, or hangs. */
  paste?: 'there' | 'missing' | 'old' | 'hangs';
  window?: number;
  /** How many bytes of what it says come at once; 0: all. */
  split?: number;
  /** Said before anything else. */
  noise?: string;
  /** How many Ctrl-C it takes until a prompt comes. */
  deaf?: number;
  /** What a program prints, and its traceback. */
  run?: (code: string) => { out?: string | Buffer; error?: string; reboots?: boolean; hangs?: boolean };
}

export class FakeRepl {
  readonly port: Port;
  /** Every program that was run. */
  readonly programs: string[] = [];
  /** The most bytes that came beyond the window. */
  overrun = 0;
  readonly #options: Required<FakeOptions>;
  #mode: 'friendly' | 'raw' | 'paste' | 'hung' = 'friendly';
  #line: number[] = [];
  #left = 0;
  #interrupts = 0;
  #queue: Buffer[] = [];
  #isSending = false;

  constructor(options: FakeOptions = {}) {
    this.#options = {
      paste: 'there',
      window: 32,
      split: 0,
      noise: '',
      deaf: 0,
      run: () => ({}),
      ...options,
    };
    const port = new Duplex({
      read() {},
      write: (bytes: Buffer, _encoding, done) => {
        for (const byte of bytes) this.#take(byte);
        done();
      },
    });
    onTestFinished(() => void port.destroy());
    this.port = Object.assign(port, { name: 'fake', setLines: async () => {} });
    this.#say(this.#options.noise);
  }

  #say(text: string | Buffer): void {
    const bytes = Buffer.from(text as string, 'latin1');
    const size = this.#options.split || bytes.length || 1;
    for (let at = 0; at < bytes.length; at += size) this.#queue.push(bytes.subarray(at, at + size));
    this.#send();
  }

  /** A piece a turn of the event loop, so that whoever reads sees each of them alone. */
  #send(): void {
    if (this.#isSending) return;
    this.#isSending = true;
    setImmediate(() => {
      this.#isSending = false;
      const next = this.#queue.shift();
      if (!next || this.port.destroyed) return;
      this.port.push(next);
      this.#send();
    });
  }

  #take(byte: number): void {
    if (byte === 3 && this.#interrupts++ < this.#options.deaf * 2) return;
    if (this.#interrupts < this.#options.deaf * 2) return;
    if (byte === 3 && this.#mode === 'hung') {
      this.#mode = 'raw';
      this.#say('\x04Traceback (most recent call last):\r\nKeyboardInterrupt: \r\n\x04>');
      return;
    }
    if (this.#mode === 'friendly') this.#friendly(byte);
    else if (this.#mode === 'raw') this.#raw(byte);
    else if (this.#mode === 'paste') this.#pasted(byte);
  }

  #friendly(byte: number): void {
    if (byte === 1) this.#enterRaw();
    if (byte === 2 || byte === 3) this.#say('\r\n>>> ');
    if (byte === 4) this.#say('MPY: soft reboot\r\n>>> ');
  }

  #enterRaw(): void {
    this.#mode = 'raw';
    this.#line = [];
    this.#say('raw REPL; CTRL-B to exit\r\n>');
  }

  #raw(byte: number): void {
    const asksForPaste = this.#line[0] === 5 && this.#line[1] === 0x41;
    if (byte === 1 && asksForPaste) this.#askedForPaste();
    else if (byte === 1) this.#enterRaw();
    else if (byte === 2) {
      this.#mode = 'friendly';
      this.#say('\r\n>>> ');
    } else if (byte === 3) this.#line = [];
    else if (byte === 4) {
      if (this.#line.length === 0) this.#say('OK\r\nMPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>');
      else this.#run('OK');
    } else this.#line.push(byte);
  }

  #askedForPaste(): void {
    this.#line = [];
    const { paste, window } = this.#options;
    if (paste === 'there') {
      this.#mode = 'paste';
      this.#left = window;
      this.#say(`R\x01${String.fromCharCode(window & 255, window >> 8)}`);
    } else if (paste === 'missing') this.#say('R\x00');
    else if (paste === 'old') this.#say('raw REPL; CTRL-B to exit\r\n>');
    else this.#mode = 'friendly'; // it does not come back before Ctrl-A
  }

  #pasted(byte: number): void {
    if (byte === 4) {
      this.#mode = 'raw';
      this.#run('\x04');
      return;
    }
    this.#line.push(byte);
    this.#left -= 1;
    this.overrun = Math.max(this.overrun, -this.#left);
    if (this.#left === 0) {
      setImmediate(() => {
        this.#left += this.#options.window;
        this.#say('\x01');
      });
    }
  }

  #run(before: string): void {
    const code = Buffer.from(this.#line).toString('utf8');
    this.#line = [];
    const [, step] = /^print\('(in step \d+)'\)$/.exec(code) ?? [];
    if (step === undefined) this.programs.push(code);
    const {
      out = '',
      error = '',
      reboots = false,
      hangs = false,
    } = step === undefined ? this.#options.run(code) : { out: `${step}\r\n` };
    this.#say(before);
    this.#say(out);
    if (hangs) {
      this.#mode = 'hung';
      return;
    }
    this.#say(`\x04${error}\x04`);
    this.#say(reboots ? 'MPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>' : '>');
  }
}
