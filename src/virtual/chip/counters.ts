/** The ESP32's pulse counters, `esp32.PCNT` (ESP32 Technical Reference Manual, "Pulse Count Controller"; ports/esp32/esp32_pcnt.c). */

export const UNITS = 8;
const CHANNELS = 2;
/** What an edge does, as `PCNT_COUNT_…` of ESP-IDF. */
const COUNT = { IGNORE: 0, INCREMENT: 1, DECREMENT: 2 } as const;
/** What a level of the mode pin makes of it, as `PCNT_MODE_…`. */
const MODE = { NORMAL: 0, REVERSE: 1, HOLD: 2 } as const;
/** Events, as `PCNT_EVT_…`. */
const EVENT = { THRESHOLD1: 4, THRESHOLD0: 8, MIN: 16, MAX: 32, ZERO: 64 } as const;
const NO_PIN = -1;

interface Channel {
  pin: number;
  modePin: number;
  rising: number;
  falling: number;
  low: number;
  high: number;
}

interface Unit {
  channels: Channel[];
  /** Limits and thresholds, by event. */
  points: Record<number, number>;
  value: number;
  running: boolean;
  /** Events that a handler is wanted for, and those that have been and it has not asked for yet. */
  trigger: number;
  flags: number;
  /** A handler has not been called for them yet. */
  due: boolean;
}

const emptyChannel = (): Channel => ({
  pin: NO_PIN,
  modePin: NO_PIN,
  rising: COUNT.IGNORE,
  falling: COUNT.IGNORE,
  low: MODE.NORMAL,
  high: MODE.NORMAL,
});

const emptyUnit = (): Unit => ({
  channels: Array.from({ length: CHANNELS }, emptyChannel),
  points: { [EVENT.MIN]: 0, [EVENT.MAX]: 0, [EVENT.THRESHOLD0]: 0, [EVENT.THRESHOLD1]: 0 },
  value: 0,
  running: false,
  trigger: 0,
  flags: 0,
  due: false,
});

export interface CounterPins {
  /** Whatever has happened until now is told by `edge()`. */
  now(): void;
  level(pin: number): number;
  /** Whether `edge()` has to be told of this pin. */
  watch(pin: number, watched: boolean): void;
}

export class Counters {
  readonly #pins: CounterPins;
  readonly #units = Array.from({ length: UNITS }, emptyUnit);
  /** Levels of the pins that are watched, in the order of their edges. */
  readonly #levels = new Map<number, number>();

  constructor(pins: CounterPins) {
    this.#pins = pins;
  }

  #unit(number: number): Unit {
    return this.#units[number] as Unit;
  }

  /** Back to what it is after a reset. */
  reset(number: number): void {
    this.#units[number] = emptyUnit();
    this.#watch();
  }

  connect(number: number, channel: number, pin: number, modePin: number): void {
    this.#pins.now();
    Object.assign(this.#unit(number).channels[channel] as Channel, { pin, modePin });
    this.#watch();
  }

  #watch(): void {
    const wanted = new Set(this.#units.flatMap((unit) => unit.channels.flatMap((c) => [c.pin, c.modePin])));
    wanted.delete(NO_PIN);
    for (const pin of this.#levels.keys()) {
      if (wanted.has(pin)) continue;
      this.#levels.delete(pin);
      this.#pins.watch(pin, false);
    }
    for (const pin of wanted) {
      if (this.#levels.has(pin)) continue;
      this.#pins.watch(pin, true);
      this.#levels.set(pin, this.#pins.level(pin));
    }
  }

  rule(number: number, channel: number, rising: number, falling: number, low: number, high: number): void {
    this.#pins.now();
    Object.assign(this.#unit(number).channels[channel] as Channel, { rising, falling, low, high });
  }

  /** Sets a limit or threshold, by its event. */
  point(number: number, event: number, value: number): void {
    this.#unit(number).points[event] = value;
  }

  clear(number: number): void {
    this.#pins.now();
    this.#unit(number).value = 0;
  }

  run(number: number, running: boolean): void {
    this.#pins.now();
    this.#unit(number).running = running;
  }

  value(number: number): number {
    this.#pins.now();
    return this.#unit(number).value;
  }

  /** Which events run a handler. */
  trigger(number: number, events: number): void {
    this.#unit(number).trigger = events;
  }

  /** Events that have been, once. */
  flags(number: number, taken: boolean): number {
    const unit = this.#unit(number);
    const { flags } = unit;
    if (taken) unit.flags = 0;
    return flags;
  }

  get isDue(): boolean {
    return this.#units.some((unit) => unit.due);
  }

  /** A unit whose handler has to run, or -1. */
  due(): number {
    const number = this.#units.findIndex((unit) => unit.due);
    if (number >= 0) this.#unit(number).due = false;
    return number;
  }

  /** A pin that is watched has changed. */
  edge(pin: number, level: 0 | 1): void {
    this.#levels.set(pin, level);
    for (const unit of this.#units) {
      if (!unit.running) continue;
      for (const channel of unit.channels) if (channel.pin === pin) this.#count(unit, channel, level);
    }
  }

  #count(unit: Unit, channel: Channel, level: 0 | 1): void {
    const action = level === 1 ? channel.rising : channel.falling;
    if (action === COUNT.IGNORE) return;
    const gate = channel.modePin === NO_PIN || this.#levels.get(channel.modePin) ? channel.high : channel.low;
    if (gate === MODE.HOLD) return;
    unit.value += (action === COUNT.INCREMENT) === (gate === MODE.NORMAL) ? 1 : -1;
    const { points } = unit;
    const at = (event: number) => points[event] !== 0 && unit.value === points[event];
    for (const event of [EVENT.THRESHOLD0, EVENT.THRESHOLD1]) if (at(event)) this.#event(unit, event);
    // It begins again at a limit, and does not go on to the other one.
    for (const event of [EVENT.MIN, EVENT.MAX]) {
      if (!at(event)) continue;
      unit.value = 0;
      this.#event(unit, event);
    }
    if (unit.value === 0) this.#event(unit, EVENT.ZERO);
  }

  #event(unit: Unit, event: number): void {
    if (!(unit.trigger & event)) return;
    unit.flags |= event;
    unit.due = true;
  }
}
