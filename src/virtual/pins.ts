/** What a board's pins touch: other TypeScript code sets inputs and sees outputs. */
import { EventEmitter } from 'node:events';
import { EDGE_RING, PIN, PINS, type SharedState, WORD } from './shared.ts';

const EDGE = { RISING: 1, FALLING: 2 } as const;

/** What a pin puts out: a level, or a PWM signal. */
export interface Drive {
  level: 0 | 1;
  /** PWM: 0 to 1. */
  duty?: number;
  /** PWM: Hz. */
  frequency?: number;
}

/**
 * One GPIO of a virtual board. `change` is emitted with a Drive whenever the program sets the pin, `pixels` with the bytes
 * of a NeoPixel write.
 */
export class VirtualPin extends EventEmitter<{ change: [Drive]; pixels: [Uint8Array] }> {
  readonly number: number;
  readonly #shared: SharedState;
  #drive: Drive = { level: 0 };

  constructor(shared: SharedState, number: number) {
    super();
    this.#shared = shared;
    this.number = number;
  }

  /** The level that the program reads or drives: 0 or 1. */
  get level(): 0 | 1 {
    return this.#shared.get(this.#shared.pinWord(this.number, PIN.LEVEL)) === 0 ? 0 : 1;
  }

  /** What the program last put out. */
  get drive(): Drive {
    return this.#drive;
  }

  /** Sets the level that the program reads: a button pressed, a wire pulled. Fires the program's `irq`. */
  set(level: 0 | 1): void {
    const shared = this.#shared;
    const before = Atomics.exchange(shared.words, shared.pinWord(this.number, PIN.LEVEL), level);
    if (before === level) return;
    const edge = level === 1 ? EDGE.RISING : EDGE.FALLING;
    if (!(shared.get(shared.pinWord(this.number, PIN.TRIGGERS)) & edge)) return;
    const written = shared.get(WORD.EDGES_WRITTEN);
    if (written - shared.get(WORD.EDGES_READ) >= EDGE_RING) {
      shared.add(WORD.EDGES_DROPPED, 1);
      return;
    }
    shared.set(shared.edgeWord(written), this.number | (level << 8) | (edge << 9));
    shared.set(WORD.EDGES_WRITTEN, written + 1);
    shared.wake();
  }

  /** Sets the voltage that an `ADC` on this pin reads. */
  setVoltage(volts: number): void {
    this.#shared.set(this.#shared.pinWord(this.number, PIN.MICROVOLTS), Math.round(volts * 1e6));
  }

  /** The program set the pin. */
  driven(drive: Drive): void {
    this.#drive = drive;
    this.emit('change', drive);
  }
}

/** Makes the pins of a board as they are asked for. */
export class Pins {
  readonly #shared: SharedState;
  readonly #made = new Map<number, VirtualPin>();

  constructor(shared: SharedState) {
    this.#shared = shared;
  }

  get(number: number): VirtualPin {
    if (!Number.isInteger(number) || number < 0 || number >= PINS)
      throw new RangeError(`GPIO ${number}: an ESP32 has GPIO 0 to ${PINS - 1}`);
    let pin = this.#made.get(number);
    if (!pin) {
      pin = new VirtualPin(this.#shared, number);
      this.#made.set(number, pin);
    }
    return pin;
  }

  /** A reset: outputs and handlers are gone, what the world applies stays. */
  reset(): void {
    for (let pin = 0; pin < PINS; pin++) {
      this.#shared.set(this.#shared.pinWord(pin, PIN.MODE), 0);
      this.#shared.set(this.#shared.pinWord(pin, PIN.TRIGGERS), 0);
    }
    this.#shared.set(WORD.EDGES_READ, this.#shared.get(WORD.EDGES_WRITTEN));
  }
}
