/** What holds one of the places: a connection of a host. */
export interface Holder {
  readonly host: string;
}

/**
 * A bounded number of places, shared fairly: when all are taken, whoever comes takes the oldest place of the host that holds
 * most, so that one host with thousands of connections never keeps the others out. Only where nobody holds more than the
 * newcomer's host would is the newcomer refused.
 */
export class Places<T extends Holder> {
  readonly #limit: number;
  readonly #ofHost = new Map<string, Set<T>>(); // each in order of arrival
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a place. Call `leave` for every one that was taken, also one that is given up here.
   * @returns who has to go for it, if anybody; `'full'` when it is the newcomer, who got no place
   */
  take(newcomer: T): T | 'full' | undefined {
    const full = this.#taken >= this.#limit;
    const loser = full ? this.#oldestOfLargest(newcomer) : undefined;
    if (full && loser === undefined) return 'full';
    if (loser) this.leave(loser);
    let places = this.#ofHost.get(newcomer.host);
    if (!places) {
      places = new Set();
      this.#ofHost.set(newcomer.host, places);
    }
    places.add(newcomer);
    this.#taken++;
    return loser;
  }

  /** Gives a place back; harmless for one that has none. */
  leave(holder: T): void {
    const places = this.#ofHost.get(holder.host);
    if (!places?.delete(holder)) return;
    this.#taken--;
    if (places.size === 0) this.#ofHost.delete(holder.host);
  }

  #oldestOfLargest(newcomer: T): T | undefined {
    const own = this.#ofHost.get(newcomer.host);
    // Its own host would hold one more with it.
    let largest = own;
    let most = (own?.size ?? 0) + 1;
    for (const places of this.#ofHost.values()) {
      if (places.size <= most) continue;
      largest = places;
      most = places.size;
    }
    return largest?.values().next().value;
  }
}
