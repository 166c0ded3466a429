/** A serial port of this computer, by the `serialport` package. */
import { Duplex } from 'node:stream';
import type { SerialPort } from 'serialport';
import { systemClock } from '../clock.ts';
import { cannotOpen, portGone } from './port-error.ts';

/** What was written last leaves a UART in milliseconds; a port that keeps it longer loses it. */
const DRAIN_MS = 2_000;

export class DevicePort extends Duplex {
  readonly name: string;
  readonly #inner: SerialPort;
  /** Every call sets both, and the system asserts both when it opens a port. */
  #lines = { dtr: true, rts: true };

  private constructor(inner: SerialPort) {
    super();
    this.name = inner.path;
    this.#inner = inner;
    inner.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) inner.pause();
    });
    inner.on('error', () => {}); // of a write that is told to whoever wrote
    inner.on('end', () => this.push(null));
    // With an error where the cable was pulled.
    inner.on('close', (error: unknown) => this.destroy(error ? portGone(this.name, error) : undefined));
  }

  /** @throws KitelineError NOT_FOUND, PORT_TAKEN, NOT_ALLOWED, USAGE */
  static async open(path: string, baudRate: number): Promise<DevicePort> {
    const { SerialPort } = await import('serialport');
    // hupcl off: at its end both lines would fall one after the other, which resets boards with esptool's circuit.
    const inner = new SerialPort({ path, baudRate, autoOpen: false, hupcl: false });
    await new Promise<void>((resolve, reject) => {
      inner.open((error) => (error ? reject(cannotOpen(path, error)) : resolve()));
    });
    return new DevicePort(inner);
  }

  /** A pseudo-terminal has no lines, and nothing happens there. */
  setLines(lines: { dtr?: boolean; rts?: boolean }): Promise<void> {
    this.#lines = { ...this.#lines, ...lines };
    return new Promise((resolve) => {
      if (this.#inner.isOpen) this.#inner.set(this.#lines, () => resolve());
      else resolve();
    });
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#inner.isOpen) this.#inner.write(bytes, done);
    else done(portGone(this.name));
  }

  override _final(done: () => void): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    systemClock.alarm(DRAIN_MS, resolve);
    if (this.#inner.isOpen) this.#inner.drain(() => resolve());
    else resolve();
    void promise.then(done);
  }

  /** Only when it is closed can somebody else open it. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#inner.isOpen) this.#inner.close(() => done(error));
    else done(error);
  }
}
