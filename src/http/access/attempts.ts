import type { Clock } from '../../clock.ts';
import { type Heard, Recency } from '../../recency.ts';

/** Wrong tokens of a host within a minute; more wait. A token has 256 bits: this only keeps logs short and processors cool. */
const PER_HOST = 10;
const WINDOW_MS = 60_000;
/** Hosts that are remembered; then the one that tried longest ago is forgotten. */
const HOSTS = 1_000;

class Host implements Heard<Host> {
  older: Host | undefined;
  newer: Host | undefined;
  readonly name: string;
  failures = 0;
  /** Of the monotonic clock. */
  since: number;

  constructor(name: string, since: number) {
    this.name = name;
    this.since = since;
  }
}

/** Wrong tokens, by the host that brought them. */
export class Attempts {
  /** Refused since the start. */
  refused = 0;
  readonly #clock: Clock;
  readonly #hosts = new Map<string, Host>();
  readonly #row = new Recency<Host>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether this host may try now. */
  mayTry(name: string): boolean {
    const host = this.#hosts.get(name);
    if (!host || this.#isOld(host) || host.failures < PER_HOST) return true;
    this.refused++;
    return false;
  }

  failed(name: string): void {
    let host = this.#hosts.get(name);
    if (!host) {
      host = new Host(name, this.#clock.monotonic());
      this.#hosts.set(name, host);
      this.#row.add(host);
      if (this.#hosts.size > HOSTS) this.#forget();
    } else if (this.#isOld(host)) {
      host.failures = 0;
      host.since = this.#clock.monotonic();
    }
    host.failures++;
    this.#row.touch(host);
  }

  #isOld(host: Host): boolean {
    return this.#clock.monotonic() - host.since >= WINDOW_MS;
  }

  #forget(): void {
    const { oldest } = this.#row;
    if (!oldest) return;
    this.#row.remove(oldest);
    this.#hosts.delete(oldest.name);
  }
}
