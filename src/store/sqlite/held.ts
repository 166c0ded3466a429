import type { StoreCounts } from '../store.ts';
import { isCorrupt } from './database.ts';
import type { Opened, Place } from './opening.ts';
import { setAside } from './set-aside.ts';

/** The files of a store while it is open. A database that is found damaged meanwhile is set aside, and they are opened anew. */
export class Held {
  #at: Opened;
  readonly #place: Place;
  readonly #counts: StoreCounts;
  readonly #open: () => Opened;

  /** @param open opens the files; it throws the error that whoever asked is told */
  constructor(place: Place, counts: StoreCounts, open: () => Opened) {
    this.#place = place;
    this.#counts = counts;
    this.#open = open;
    this.#at = open();
  }

  get at(): Opened {
    return this.#at;
  }

  /**
   * Does something that writes into the database. One that turns out to be damaged is set aside: the log still has what it has not.
   * @returns undefined then
   * @throws what `work` throws else; the system's error where it cannot be set aside, and it is closed then
   */
  write<T>(work: (at: Opened) => T): T | undefined {
    try {
      return work(this.#at);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      this.#at.db.close();
      setAside(this.#place, this.#counts, error);
      this.#openAnew();
      return undefined;
    }
  }

  /** Opens a database that was damaged and could not be set aside: perhaps it can now. */
  openAgain(): void {
    if (!this.#at.db.isOpen) this.#openAnew();
  }

  close(): void {
    this.#at.log.close();
    if (this.#at.db.isOpen) this.#at.db.close();
  }

  #openAnew(): void {
    const { log } = this.#at; // until there is another, commits go on into this one
    this.#at = this.#open();
    log.close();
  }
}
