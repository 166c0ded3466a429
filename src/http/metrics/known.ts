/**
 * Names that have become labels: a monitoring system keeps each for ever, and whoever can send to the hub can make names up.
 * The first so many of a run of the hub, and those that somebody has vouched for.
 */
export class KnownLabels {
  readonly #most: number;
  readonly #names = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether a name is one of them. @param isVouchedFor it is, whatever came before */
  has(name: string, isVouchedFor = false): boolean {
    if (this.#names.has(name)) return true;
    if (this.#names.size >= this.#most && !isVouchedFor) return false;
    this.#names.add(name);
    return true;
  }
}
