/** What happened in a run, in order, for whoever looks into a failed one. */

/** Events that are kept; a run has some hundred. */
const MOST = 3_000;

export class Story {
  readonly #begun = performance.now();
  readonly #events: { ms: number; who: string; what: string }[] = [];

  tell(who: string, what: string): void {
    if (this.#events.length < MOST) this.#events.push({ ms: performance.now() - this.#begun, who, what });
  }

  /** `  123.4  lab-1-a  made [17]` */
  get lines(): string[] {
    return this.#events.map(({ ms, who, what }) => `${ms.toFixed(1).padStart(8)}  ${who}  ${what}`);
  }
}
