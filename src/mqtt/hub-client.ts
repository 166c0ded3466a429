import type { Broker } from './broker.ts';
import type { Message } from './message.ts';
import type { Qos } from './packet/types.ts';
import { ClientSession, type Outlet } from './session.ts';
import { isFilter, isTopic, isWithinLimits } from './topics/filter.ts';

/** Publishing and subscribing from within the process: each subscription is a clean session of its own, without a connection. */
export class HubClient {
  readonly #broker: Broker;
  #subscriptions = 0;

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  publish(topic: string, payload: string | Uint8Array, qos: Qos, retain: boolean): void {
    const route = isTopic(topic) && isWithinLimits(topic) ? this.#broker.routeNamed(topic) : undefined;
    if (!route) throw new RangeError(`${JSON.stringify(topic)} is no topic`);
    this.#broker.publish(route, Buffer.from(payload), qos, retain);
    void this.#broker.kept();
  }

  subscribe(
    filter: string,
    told: (topic: string, payload: Uint8Array, retained: boolean) => void,
  ): () => void {
    if (!isFilter(filter) || !isWithinLimits(filter))
      throw new RangeError(`${JSON.stringify(filter)} is no filter`);
    const session = new ClientSession(`$hub-${++this.#subscriptions}`, '$hub', true);
    const outlet: Outlet = {
      publish({ topic, payload }: Message, _: Qos, retain: boolean) {
        told(topic, Buffer.from(payload), retain);
        return true;
      },
      write: () => {},
    };
    session.attach(outlet);
    // QoS 0: what is handed over in the same process needs no acknowledgement.
    this.#broker.subscribe(session, { filter, qos: 0 });
    this.#broker.sendRetained(session, filter, 0);
    return () => {
      session.detach(0);
      this.#broker.unsubscribe(session, filter);
    };
  }
}
