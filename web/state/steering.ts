import { signal } from '@preact/signals';
import type { JsonObject } from '../../src/wire/index.ts';
import { ask } from './socket.ts';

/** Milliseconds between two setpoints while somebody steers; the hub holds one for 400. */
const EVERY_MS = 100;

/**
 * A hand on a control: while it is there setpoints go to the hub, and the newest counts. Letting go, a page that is hidden or closed,
 * a phone that sleeps: all of it stops the board, the last two by the lease alone.
 */
export class Hand {
  /** Why it does not steer, as the hub says. */
  readonly trouble = signal<{ code: string; message: string } | undefined>(undefined);
  readonly isSteering = signal(false);
  readonly #board: string;
  readonly #control: string;
  #args: JsonObject = {};
  #timer: ReturnType<typeof setInterval> | undefined;
  #isAsking = false;
  #takeover = false;

  constructor(board: string, control: string) {
    this.#board = board;
    this.#control = control;
  }

  /** @param takeover from whoever steers now */
  steer(args: JsonObject, takeover = false): void {
    this.#args = args;
    this.#takeover ||= takeover;
    if (this.#timer !== undefined) return;
    this.isSteering.value = true;
    this.trouble.value = undefined;
    this.#timer = setInterval(() => void this.#send(), EVERY_MS);
    addEventListener('blur', this.#letGo);
    addEventListener('pagehide', this.#letGo);
    document.addEventListener('visibilitychange', this.#letGo);
    void this.#send();
  }

  letGo(): void {
    if (this.#timer === undefined) return;
    this.#end();
    void ask({ release: { board: this.#board, control: this.#control } });
  }

  readonly #letGo = (): void => this.letGo();

  async #send(): Promise<void> {
    if (this.#isAsking) return; // the newest goes when the answer to the last one is there: nothing piles up on a slow link
    this.#isAsking = true;
    const takeover = this.#takeover;
    this.#takeover = false;
    const set = {
      board: this.#board,
      control: this.#control,
      args: this.#args,
      ...(takeover && { takeover }),
    };
    const answer = await ask({ set });
    this.#isAsking = false;
    if (answer.ok) return;
    this.#end();
    this.trouble.value = { code: answer.code, message: answer.message };
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.isSteering.value = false;
    removeEventListener('blur', this.#letGo);
    removeEventListener('pagehide', this.#letGo);
    document.removeEventListener('visibilitychange', this.#letGo);
  }
}
