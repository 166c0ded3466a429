/** Where the air cuts one TCP connection, and what still passes of it then. */
import { SEND_BUFFER } from '../shared.ts';
import type { Cut, Direction } from './air.ts';

export class StreamCut {
  readonly #cut: Cut | undefined;
  readonly #happened: () => void;
  #left: number;
  #state: 'whole' | 'reset' | 'silence' = 'whole';
  /** Without acknowledgements a sender stops when its window is full; lwIP's is as large as its send buffer. */
  #window = SEND_BUFFER;

  /** @param happened the byte has passed after which the connection is cut: once */
  constructor(cut: Cut | undefined, happened: () => void) {
    this.#cut = cut;
    this.#left = cut?.bytes ?? 0;
    this.#happened = happened;
  }

  get state(): 'whole' | 'reset' | 'silence' {
    return this.#state;
  }

  /** The connection stands: a cut at byte 0 is now. */
  established(): void {
    if (this.#cut && this.#left === 0) this.#now(this.#cut);
  }

  #now(cut: Cut): void {
    if (this.#state !== 'whole') return;
    this.#state = cut.how ?? 'reset';
    this.#happened();
  }

  /** True when nothing of that direction passes: no byte, no end and no reset. */
  silent(direction: Direction): boolean {
    return this.#state === 'silence' && (this.#cut?.silent ?? direction) === direction;
  }

  /** What passes of a piece. */
  pass(direction: Direction, bytes: Uint8Array): Uint8Array {
    const cut = this.#cut;
    if (this.#state === 'reset' || this.silent(direction)) return bytes.subarray(0, 0);
    if (this.#state === 'silence') return this.#unacknowledged(bytes);
    if (cut?.direction !== direction || bytes.length < this.#left) {
      if (cut?.direction === direction) this.#left -= bytes.length;
      return bytes;
    }
    const before = bytes.subarray(0, this.#left);
    this.#now(cut);
    const rest = this.pass(direction, bytes.subarray(this.#left));
    return rest.length === 0 ? before : bytes.subarray(0, before.length + rest.length);
  }

  #unacknowledged(bytes: Uint8Array): Uint8Array {
    const passing = bytes.subarray(0, this.#window);
    this.#window -= passing.length;
    return passing;
  }
}
