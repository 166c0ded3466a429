/** What a board's pins touch: other TypeScript code sets inputs and sees outputs. */
import { EventEmitter } from 'node:events';
import { EDGE_RING, MODE, PIN, PINS, padLevel, type SharedState, TRIGGER, WORD } from '../shared.ts';

/** Pull resistors that are on after a reset (ESP32 datasheet, "IO_MUX": the strapping pins and MTMS): 1 down, 2 up. */
const PULLS_AT_RESET: Record<number, number> = { 0: 2, 2: 1, 4: 1, 5: 2, 12: 1, 14: 2, 15: 2 };

/** What a pin puts out: a level, or a PWM signal. */
export interface Drive {
  level: 0 | 1;
  /** PWM: 0 to 1. */
  duty?: number;
  /** PWM: Hz. */
  frequency?: number;
}

/** What a DHT sensor measures. */
export interface Climate {
  /** °C, -40 to 80 */
  temperature: number;
  /** %, 0 to 100 */
  humidity: number;
}

/**
 * One GPIO of a virtual board. `change` is emitted with a Drive whenever the program changes what the pin puts out, `pixels` with the bytes
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

  /** The level that the pin has: what the program drives, what was `set()`, or what its pull resistor makes of it. */
  get level(): 0 | 1 {
    return padLevel(this.#shared, this.number);
  }

  /** What the program last put out. */
  get drive(): Drive {
    return this.#drive;
  }

  /** Wires a level to the pin: a button pressed, a sensor's output. Fires the program's `irq`. */
  set(level: 0 | 1): void {
    this.#wire(level === 0 ? 1 : 2);
  }

  /** Takes the wire off again: the pull resistor decides. */
  release(): void {
    this.#wire(0);
  }

  /** Sets the voltage that an `ADC` on this pin reads. */
  setVoltage(volts: number): void {
    this.#put(PIN.MICROVOLTS, Math.round(volts * 1e6));
  }

  /**
   * The pulse that `machine.time_pulse_us` measures here from now on, in microseconds; 0 for none: the echo of a range
   * finder is 58 µs a centimetre.
   */
  setPulse(microseconds: number): void {
    this.#put(PIN.PULSE, Math.round(microseconds));
  }

  /** Puts a DHT sensor on the pin, or gives it new values; without `climate` it is taken off. */
  attachDht(type: 'DHT11' | 'DHT22', climate?: Climate): void {
    if (!climate) {
      this.#put(PIN.DHT, 0);
      return;
    }
    // Tenths, as the sensors send them; a bit to tell "here" from "not here", and one for the type.
    const humidity = Math.round(Math.min(100, Math.max(0, climate.humidity)) * 10);
    const temperature = Math.round(Math.min(80, Math.max(-40, climate.temperature)) * 10);
    const marks = (1 << 30) | (type === 'DHT22' ? 1 << 29 : 0);
    this.#put(PIN.DHT, marks | (humidity << 16) | (temperature & 0xffff));
  }

  /** The program set the pin. */
  driven(drive: Drive): void {
    const before = this.#drive;
    this.#drive = drive;
    // An output reads itself: an `irq` on it fires, too.
    if (this.#get(PIN.MODE) & MODE.OUTPUT) this.#edge(before.level, drive.level);
    const same =
      before.level === drive.level && before.duty === drive.duty && before.frequency === drive.frequency;
    if (!same) this.emit('change', drive);
  }

  #wire(world: number): void {
    const before = this.level;
    this.#put(PIN.WORLD, world);
    this.#edge(before, this.level);
  }

  #edge(before: 0 | 1, level: 0 | 1): void {
    if (before === level) return;
    const shared = this.#shared;
    const edge = level === 1 ? TRIGGER.RISING : TRIGGER.FALLING;
    if (!(this.#get(PIN.TRIGGERS) & (edge | TRIGGER.COUNTED))) return;
    const written = shared.get(WORD.EDGES_WRITTEN);
    if (written - shared.get(WORD.EDGES_READ) >= EDGE_RING) {
      shared.add(WORD.EDGES_DROPPED, 1);
      return;
    }
    shared.set(shared.edgeWord(written), this.number | (level << 8) | (edge << 9));
    shared.set(WORD.EDGES_WRITTEN, written + 1);
    shared.wake();
  }

  #get(word: number): number {
    return this.#shared.get(this.#shared.pinWord(this.number, word));
  }

  #put(word: number, value: number): void {
    this.#shared.set(this.#shared.pinWord(this.number, word), value);
  }
}

/** Makes the pins of a board as they are asked for. */
export class Pins {
  readonly #shared: SharedState;
  readonly #made = new Map<number, VirtualPin>();

  constructor(shared: SharedState) {
    this.#shared = shared;
    this.reset();
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
      this.#shared.set(this.#shared.pinWord(pin, PIN.PULL), PULLS_AT_RESET[pin] ?? 0);
    }
    this.#shared.set(WORD.EDGES_READ, this.#shared.get(WORD.EDGES_WRITTEN));
  }
}
