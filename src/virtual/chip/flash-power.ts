import { type SharedState, WORD } from '../shared.ts';

/** The power of a board whose flash is written: it may go after any byte (`VirtualBoard.cutPower`). */
export class FlashPower {
  readonly #shared: SharedState;
  readonly #gone: () => never;

  /** @param gone ends the board's life */
  constructor(shared: SharedState, gone: () => never) {
    this.#shared = shared;
    this.#gone = gone;
  }

  /** How many of these bytes are written before the power goes. */
  bytes(wanted: number): number {
    const left = this.#shared.get(WORD.FLASH_LEFT) - 1;
    if (left < 0) return wanted;
    const passed = Math.min(wanted, left);
    this.#shared.set(WORD.FLASH_LEFT, left - passed + 1);
    return passed;
  }

  /** For what littlefs does in one step: it is done, or does not return. */
  step(): void {
    if (this.bytes(1) === 0) this.goes(() => {});
  }

  /** @param tear leaves what was written so far in the file, where the flash is one that tears */
  goes(tear: () => void): never {
    this.#shared.set(WORD.FLASH_LEFT, 0);
    if (this.#shared.get(WORD.FLASH_TEARS) === 1) tear();
    this.#gone();
  }
}
