/**
 * The two transistors of a development board that make DTR and RTS of its USB converter a reset button and a boot button: RTS alone
 * pulls EN low, DTR alone pulls GPIO0 low, both or none of them nothing (Espressif's "ESP32-DevKitC" schematic).
 */
import type { Alarm, Clock } from '../../clock.ts';
import type { Lines } from './end.ts';

/** EN rises slowly, by its resistor and capacitor: what is on GPIO0 by then counts. */
const RISE_MS = 5;

export class ResetCircuit {
  readonly #clock: Clock;
  readonly #chip: { hold(): void; release(download: boolean): void };
  #dtr = false;
  #rts = false;
  #held = false;
  #rising: Alarm | undefined;

  /** @param chip `hold`: EN is low; `release`: it has risen, with GPIO0 low (`download`) or high */
  constructor(clock: Clock, chip: { hold(): void; release(download: boolean): void }) {
    this.#clock = clock;
    this.#chip = chip;
  }

  get lines(): { dtr: boolean; rts: boolean } {
    return { dtr: this.#dtr, rts: this.#rts };
  }

  set({ dtr = this.#dtr, rts = this.#rts }: Lines): void {
    this.#dtr = dtr;
    this.#rts = rts;
    const low = rts && !dtr;
    if (low) {
      this.#rising?.cancel();
      this.#rising = undefined;
      if (!this.#held) this.#chip.hold();
      this.#held = true;
    } else if (this.#held && !this.#rising) {
      this.#rising = this.#clock.alarm(RISE_MS, () => {
        this.#held = false;
        this.#rising = undefined;
        this.#chip.release(this.#dtr && !this.#rts);
      });
    }
  }
}
