import { onTestFinished } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import type { Problem } from '../../src/hub/events.ts';
import type { LiveEvent, LostEvent, Subscription } from '../../src/hub/feed.ts';
import { createHub, type Hub, type HubOptions } from '../../src/hub/hub.ts';
import type { Store } from '../../src/store/store.ts';
import { newCounts, type Peer } from '../../src/transport/transport.ts';
import { plainTcp, plainUdp } from '../transport/plain.ts';

/** A hub on loopback with a clock that stands still, and plain sockets to it. */
export async function startHub(options: HubOptions = {}) {
  const clock = new ManualClock();
  const hub = createHub({ clock, ...options });
  const problems: Problem[] = [];
  hub.on('problem', (problem) => problems.push(problem));
  const at = { host: '127.0.0.1', port: 0 };
  const { tcp, udp } = await hub.listen({ tcp: at, udp: at });
  onTestFinished(async () => {
    const closed = hub.close();
    clock.advance(60_000);
    await closed;
  });
  const cleanly = <T extends { close(): void }>(end: T): T => {
    onTestFinished(() => end.close());
    return end;
  };
  return {
    hub,
    clock,
    problems,
    tcpPort: tcp?.port ?? 0,
    udpPort: udp?.port ?? 0,
    tcp: async () => cleanly(await plainTcp(tcp?.port ?? 0)),
    udp: async () => cleanly(await plainUdp(udp?.port ?? 0)),
    events: () => new Events(hub.subscribe()),
  };
}

/** The live feed, one event at a time. */
class Events {
  #subscription: Subscription;
  #waiting: (LiveEvent | LostEvent)[] = [];

  constructor(subscription: Subscription) {
    this.#subscription = subscription;
  }

  /** The next event of this type; others before it are passed over. */
  async next<T extends (LiveEvent | LostEvent)['type']>(
    type: T,
  ): Promise<Extract<LiveEvent | LostEvent, { type: T }>> {
    for (;;) {
      for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
        if (event.type === type) return event as Extract<LiveEvent | LostEvent, { type: T }>;
      }
      const batch = await this.#subscription.next();
      if (!batch) throw new Error('the feed ended');
      this.#waiting = batch;
    }
  }
}

/** Resolves when `condition` holds, looked at after every turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

/** A hub that listens nowhere, for sessions of its own. */
export function quietHub(store: Store): { hub: Hub; now: number } {
  const clock = new ManualClock();
  const hub = createHub({ store, clock });
  onTestFinished(() => hub.close());
  return { hub, now: clock.now() };
}

/** A peer at 10.0.0.7 that no transport looks after. */
export class FakePeer implements Peer {
  readonly transport = 'tcp';
  readonly host = '10.0.0.7';
  readonly port = 7;
  readonly address = '10.0.0.7:7';
  readonly framed = true;
  readonly maxBytes = 1_000_000;
  readonly counts = newCounts();
  readonly stream: boolean;

  constructor(stream = true) {
    this.stream = stream;
  }

  send(): boolean {
    return true;
  }

  frame(): void {}

  close(): void {}
}
