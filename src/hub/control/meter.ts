/** Setpoints that were sent and not seen, remembered at a time: 1.3 s of them. Beyond it the oldest is given up. */
const MOST_UNSEEN = 64;
/** Weight of the newest delay: RFC 6298's for round trips. */
const DELAY_GAIN = 1 / 8;
/** Setpoints after which an old loss has no more weight than what was measured since. */
const LOSS_MEMORY = 40;

interface Sent {
  readonly n: number;
  readonly at: number;
  /** How many were sent on this way up to it, repetitions counted. */
  count: number;
}

/** What is known of one way that a control's setpoints go: how long they take there and back, and how many of them get lost. */
export class Meter {
  /** Milliseconds from the sending of a setpoint until the board's word of it is here; undefined before the first. */
  delay: number | undefined;
  /** 0 to 1. */
  loss = 0;
  /** When the board's word came last, and how many words in a row came without a silence. */
  seenAt = Number.NEGATIVE_INFINITY;
  streak = 0;
  /** Whether it is taken for dead. */
  isGivenUp = false;
  readonly #unseen: Sent[] = [];
  #count = 0;
  #before: { count: number; got: number } | undefined = { count: 0, got: 0 }; // at the board's last word

  sent(n: number, now: number): void {
    this.#count++;
    const last = this.#unseen.at(-1);
    if (last?.n === n) last.count = this.#count;
    else this.#unseen.push({ n, at: now, count: this.#count });
    if (this.#unseen.length > MOST_UNSEEN) this.#unseen.shift();
  }

  /** @param got how many have come on this way, by the board's own count; undefined where it does not say */
  seen(n: number, got: number | undefined, now: number): void {
    let sent: Sent | undefined;
    while (this.#unseen[0] && this.#unseen[0].n <= n) sent = this.#unseen.shift();
    if (sent?.n !== n) return; // seen before, or never sent here
    const delay = now - sent.at;
    this.delay = this.delay === undefined ? delay : this.delay + (delay - this.delay) * DELAY_GAIN;
    this.seenAt = now;
    this.streak++;
    if (got !== undefined) this.#weigh(sent.count, got);
  }

  /** Sent on this way, repetitions counted. */
  get count(): number {
    return this.#count;
  }

  /** Sent and not seen. */
  get unseen(): number {
    return this.#unseen.length;
  }

  /** Milliseconds that the oldest setpoint has been waited for, on this way. */
  silence(now: number): number {
    const [oldest] = this.#unseen;
    return oldest ? now - oldest.at : 0;
  }

  /** Nothing is waited for any more: whether what was sent and not seen got there will not be known. */
  rest(): void {
    this.#unseen.length = 0;
    this.#before = undefined;
  }

  /** What was sent and not seen is lost. */
  silent(): void {
    this.rest();
    this.streak = 0;
  }

  /** It is taken for dead, until it is revived. */
  giveUp(): void {
    this.silent();
    this.loss = 1;
    this.isGivenUp = true;
  }

  /** It carries again; what was lost before says nothing of it. */
  revive(): void {
    this.loss = 0;
    this.isGivenUp = false;
  }

  #weigh(count: number, got: number): void {
    const before = this.#before;
    this.#before = { count, got };
    if (this.isGivenUp || !before || count <= before.count) return;
    const sent = count - before.count;
    const came = got - before.got;
    // Below 0 where more came than was sent since: what others overtook was not lost.
    const lost = Math.min(1, Math.max(-1, 1 - came / sent));
    const loss = this.loss + (lost - this.loss) * Math.min(1, sent / LOSS_MEMORY);
    this.loss = Math.min(1, Math.max(0, loss));
  }
}
