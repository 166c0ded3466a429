/** Waits for what is to come, each with a deadline; and what did not come, or broke down meanwhile. */
import { say } from '../language.ts';

/** Milliseconds for whatever must come in the end, unless told: far above what a loaded machine needs. */
const PATIENCE_MS = 20_000;

export class Watch {
  /** What was waited for in vain, a sentence each. */
  readonly notRecovered: string[] = [];
  /** What ended by itself. */
  readonly broke: string[] = [];
  readonly #looks = new Set<() => void>();
  readonly #patienceMs: number;

  constructor(patienceMs: number = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /** Something has changed: everybody who waits looks again. */
  changed(): void {
    for (const look of [...this.#looks]) look();
  }

  /** Something is broken for good; nobody waits any longer for what must come. */
  breaks(sentence: string): void {
    this.broke.push(sentence);
    this.changed();
  }

  /** One reason why a run is over is enough: whatever comes after it would take as long again. */
  get isOver(): boolean {
    return this.notRecovered.length > 0 || this.broke.length > 0;
  }

  /** Resolves with true as soon as it holds, with false after `ms`; without, it is to hold some day. */
  until(holds: () => boolean, ms?: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (came: boolean) => {
        clearTimeout(deadline);
        this.#looks.delete(look);
        resolve(came);
      };
      const look = () => {
        if (holds()) settle(true);
      };
      const deadline = ms === undefined ? undefined : setTimeout(() => settle(holds()), ms);
      this.#looks.add(look);
      look();
    });
  }

  /** Waits for what must come in the end. @param what it is, for the sentence that says that it did not */
  async must(holds: () => boolean, what: string): Promise<void> {
    if (this.isOver || (await this.until(() => holds() || this.isOver, this.#patienceMs))) return;
    this.notRecovered.push(
      say(
        `Waited ${this.#patienceMs / 1000} s in vain for ${what}.`,
        `等待${what}超过 ${this.#patienceMs / 1000} 秒仍无结果。`,
      ),
    );
  }
}
