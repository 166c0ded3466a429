import type { Message } from './message.ts';
import type { Delivery } from './session.ts';

/** What a message costs besides its bytes. */
const OVERHEAD = 96;
/** Places at the front that are empty, from which on they are given back: seldom, so that taking one costs nothing. */
const SLACK = 1_024;

/** Deliveries that wait, the oldest first. Whoever puts them in sees to its bounds. */
export class DeliveryQueue {
  /** Of what waits. */
  bytes = 0;
  #all: (Delivery | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#all.length - this.#first;
  }

  push(delivery: Delivery): void {
    this.#all.push(delivery);
    this.bytes += costOf(delivery.message);
  }

  shift(): Delivery | undefined {
    const delivery = this.#all[this.#first];
    if (!delivery) return undefined;
    this.#all[this.#first++] = undefined;
    this.bytes -= costOf(delivery.message);
    if (this.#first >= SLACK && 2 * this.#first >= this.#all.length) {
      this.#all = this.#all.slice(this.#first);
      this.#first = 0;
    }
    return delivery;
  }

  *[Symbol.iterator](): Generator<Delivery> {
    for (let i = this.#first; i < this.#all.length; i++) yield this.#all[i] as Delivery;
  }
}

export const costOf = ({ topic, payload }: Message): number => OVERHEAD + 2 * topic.length + payload.length;
