import type { Ack } from '../store/store.ts';
import type { Outcome, Sender } from './round.ts';

/** Whoever has a numbering: the presence of its board. */
export interface NumberingOwner {
  readonly name: string;
  /** So many of its samples are settled. */
  settled(samples: number, outcome: Outcome): void;
  /** A round that held some of this numbering is over. */
  sealed(numbering: Numbering, outcome: Outcome): void;
}

/**
 * The numbered samples of one board and one boot id, whichever connections they come on: each is stored once, and in order. It
 * outlives sessions, so that what is on its way to the disk while a connection breaks is known to the next one.
 */
export class Numbering implements Sender {
  readonly boot: string;
  /** Of whoever brought the newest: `HOST:PORT`. */
  address = '';
  round = 0;
  readonly #owner: NumberingOwner;
  #taken: number;
  #stored: number;
  #storing = 0; // the highest number of the round that is on its way to the disk

  /** @param stored the highest number that the store has; 0 for none */
  constructor(owner: NumberingOwner, boot: string, stored: number) {
    this.#owner = owner;
    this.boot = boot;
    this.#taken = stored;
    this.#stored = stored;
  }

  /** The highest number that is on disk. */
  get stored(): number {
    return this.#stored;
  }

  /** @returns false for a number that is taken already: its sample is a duplicate */
  take(seq: number): boolean {
    if (seq <= this.#taken) return false;
    this.#taken = seq;
    return true;
  }

  seal(): Ack {
    this.#storing = this.#taken;
    return { board: this.#owner.name, boot: this.boot, seq: this.#taken };
  }

  settled(samples: number, _texts: number, outcome: Outcome): void {
    this.#owner.settled(samples, outcome);
  }

  sealed(outcome: Outcome): void {
    if (outcome === 'STORED') this.#stored = this.#storing;
    this.#owner.sealed(this, outcome);
  }
}
