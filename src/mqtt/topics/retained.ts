import type { Qos } from '../packet/types.ts';
import { matches } from './filter.ts';

export const retainedLimits = {
  /** Topics with a retained message, and bytes of all of them. */
  topics: 10_000,
  bytes: 64 * 1024 * 1024,
} as const;

/** The newest retained message of a topic (section 3.3.1.3). */
export interface Retained {
  topic: string;
  payload: Buffer;
  qos: Qos;
}

/** What a message costs besides its bytes. */
const OVERHEAD = 128;

/** The retained messages, bounded: one more than fits is not kept, which is counted. */
export class RetainedMessages {
  readonly #byTopic = new Map<string, Retained>();
  #bytes = 0;

  get size(): number {
    return this.#byTopic.size;
  }

  get(topic: string): Retained | undefined {
    return this.#byTopic.get(topic);
  }

  values(): Iterable<Retained> {
    return this.#byTopic.values();
  }

  /** An empty payload removes it [MQTT-3.3.1-10]. @returns false when there is no room for it */
  set(message: Retained): boolean {
    const { topic, payload } = message;
    const before = this.#byTopic.get(topic);
    const bytes = payload.length === 0 ? 0 : costOf(message);
    const left = this.#bytes - (before ? costOf(before) : 0);
    const isFull = !before && this.#byTopic.size >= retainedLimits.topics;
    if (bytes > 0 && (isFull || left + bytes > retainedLimits.bytes)) return false;
    this.#bytes = left + bytes;
    if (bytes === 0) this.#byTopic.delete(topic);
    else this.#byTopic.set(topic, message);
    return true;
  }

  /** Those that a filter takes. A filter without wildcards is one look-up; another one looks at all of them. */
  matching(filter: string): Retained[] {
    if (!/[+#]/.test(filter)) {
      const one = this.#byTopic.get(filter);
      return one ? [one] : [];
    }
    return [...this.#byTopic.values()].filter(({ topic }) => matches(filter, topic));
  }
}

const costOf = ({ topic, payload }: Retained): number => OVERHEAD + 2 * topic.length + payload.length;
