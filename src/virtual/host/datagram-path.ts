/** One direction of all datagrams through the air: lost, doubled, late and past each other, as the weather says. */
import type { Clock } from '../../clock.ts';
import type { Weather } from './weather.ts';

/** Milliseconds after which one that stepped aside goes on though no other has passed it. */
const ASIDE_MS = 50;

/** What the air did to datagrams, of both directions. */
export interface DatagramCounts {
  datagramsLost: number;
  /** Further copies. */
  datagramsDoubled: number;
  /** Those that stepped aside. */
  datagramsAside: number;
}

export interface DatagramAir {
  readonly clock: Clock;
  readonly weather: Readonly<Weather>;
  readonly counts: DatagramCounts;
  /** From 0 up to 1. */
  random(): number;
}

export class DatagramPath {
  readonly #air: DatagramAir;
  #aside: (() => void)[] = [];

  constructor(air: DatagramAir) {
    this.#air = air;
  }

  /**
   * Carries one.
   * @param deliver called when a copy of it arrives: at once in good weather, twice for one that is doubled
   * @returns false when it is lost
   */
  carry(deliver: () => void): boolean {
    const { weather, counts, clock } = this.#air;
    const { delayMs, jitterMs } = weather;
    if (this.#happens(weather.loss)) {
      counts.datagramsLost += 1;
      return false;
    }
    const isDoubled = this.#happens(weather.duplicate);
    if (isDoubled) counts.datagramsDoubled += 1;
    for (let copies = isDoubled ? 2 : 1; copies > 0; copies--) {
      const stepsAside = this.#happens(weather.reorder);
      if (stepsAside) counts.datagramsAside += 1;
      const pass = () => (stepsAside ? this.#stepAside(deliver) : this.#pass(deliver));
      const late = delayMs + (jitterMs > 0 ? this.#air.random() * jitterMs : 0);
      if (late > 0) clock.alarm(late, pass);
      else pass();
    }
    return true;
  }

  /** Dice are thrown only where the weather has it, so that a seed's other weather stays the same. */
  #happens(share: number): boolean {
    return share > 0 && this.#air.random() < share;
  }

  #pass(deliver: () => void): void {
    const passed = this.#aside;
    this.#aside = [];
    deliver();
    for (const goOn of passed) goOn();
  }

  #stepAside(deliver: () => void): void {
    const goOn = () => {
      waiting.cancel();
      deliver();
    };
    const waiting = this.#air.clock.alarm(ASIDE_MS, () => {
      this.#aside = this.#aside.filter((other) => other !== goOn);
      deliver();
    });
    this.#aside.push(goOn);
  }
}
