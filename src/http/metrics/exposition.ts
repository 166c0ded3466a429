import { Counter, Gauge, Registry } from 'prom-client';

type Labels = Record<string, string>;

/** What is told at one moment: made anew for each reading, so that nothing of what is gone stays in it. */
export class Exposition {
  readonly registry = new Registry();
  readonly #metrics = new Map<string, Counter<string> | Gauge<string>>();

  /** A value as it is now. @param help a few words, English: what other tools show */
  gauge(name: string, help: string, value: number | undefined, labels: Labels = {}): void {
    if (value === undefined) return;
    const metric = this.#of(name, () => new Gauge(this.#config(name, help, labels)));
    (metric as Gauge<string>).set(labels, value);
  }

  /** What only rises until the hub starts again. */
  counter(name: string, help: string, value: number | undefined, labels: Labels = {}): void {
    if (value === undefined) return;
    const metric = this.#of(name, () => new Counter(this.#config(name, help, labels)));
    metric.inc(labels, value);
  }

  #of(name: string, make: () => Counter<string> | Gauge<string>): Counter<string> | Gauge<string> {
    const known = this.#metrics.get(name) ?? make();
    this.#metrics.set(name, known);
    return known;
  }

  #config(name: string, help: string, labels: Labels) {
    return { name, help, labelNames: Object.keys(labels), registers: [this.registry] };
  }
}
