import type { Clock } from '../../clock.ts';
import { say } from '../../language.ts';
import { printable } from '../terminal.ts';

/** Milliseconds before the same sentence is told again: a full disk fails with every commit, many times a second. */
const AGAIN_MS = 60_000;
/** Different sentences that are remembered. */
const MOST = 1_000;

/** What goes wrong with the history while the hub goes on, told as sentences. */
export class Troubles {
  readonly #print: (line: string) => void;
  readonly #clock: Clock;
  readonly #toldAt = new Map<string, number>();
  #waiting: string[] | undefined = [];

  constructor(print: (line: string) => void, clock: Clock) {
    this.#print = print;
    this.#clock = clock;
  }

  tell(sentence: string): void {
    const now = this.#clock.monotonic();
    if (now - (this.#toldAt.get(sentence) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
    if (this.#toldAt.size >= MOST) this.#toldAt.clear();
    this.#toldAt.set(sentence, now);
    const text = printable(sentence); // names of boards are in it
    const line = say(
      `Trouble with the history, the hub goes on: ${text}`,
      `历史数据有问题，中枢继续运行：${text}`,
    );
    if (this.#waiting) this.#waiting.push(line);
    else this.#print(line);
  }

  /** Until then everything waits: other programs read where the hub listens from the first lines. */
  begin(): void {
    for (const line of this.#waiting ?? []) this.#print(line);
    this.#waiting = undefined;
  }
}
