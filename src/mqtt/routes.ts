import { nameOf, PLAIN, type TopicName } from './boards/topics.ts';
import { textOf } from './packet/text.ts';
import type { ClientSession } from './session.ts';
import { isTopic, isWithinLimits } from './topics/filter.ts';
import type { SubscriptionTree, Takers } from './topics/tree.ts';

const limits = {
  /** Topics that are remembered, and bytes of the longest of these. */
  routes: 16_384,
  bytes: 512,
} as const;

/** A topic, what it means and who takes it. */
export interface Route {
  readonly topic: string;
  readonly topicBytes: Buffer;
  readonly name: TopicName;
  /** Longer than we keep: nothing is published under it. */
  readonly isTooLong: boolean;
  takers: Takers<ClientSession>;
  /** Of the tree, when these were looked up. */
  version: number;
}

/** Topics that were published under, each looked at once, by the bytes that it has in packets. */
export class Routes {
  readonly #tree: SubscriptionTree<ClientSession>;
  readonly #routes = new Map<string, Route>();

  constructor(tree: SubscriptionTree<ClientSession>) {
    this.#tree = tree;
  }

  /** @returns undefined for bytes that are no topic. @param hint what it probably is */
  of(bytes: Buffer, from: number, to: number, hint: Route | undefined): Route | undefined {
    if (hint && isSame(hint.topicBytes, bytes, from, to)) return hint;
    const isLong = to - from > limits.bytes;
    const key = isLong ? '' : bytes.toString('latin1', from, to);
    const known = isLong ? undefined : this.#routes.get(key);
    if (known) return known;
    const topicBytes = Buffer.from(bytes.subarray(from, to));
    const topic = textOf(topicBytes);
    if (topic === undefined || !isTopic(topic)) return undefined;
    const isTooLong = !isWithinLimits(topic);
    const name = isTooLong ? PLAIN : nameOf(topic);
    const route: Route = { topic, topicBytes, name, isTooLong, takers: [], version: -1 };
    if (isLong) return route;
    if (this.#routes.size >= limits.routes) this.#routes.clear();
    this.#routes.set(key, route);
    return route;
  }

  named(topic: string): Route | undefined {
    const bytes = Buffer.from(topic);
    return this.of(bytes, 0, bytes.length, undefined);
  }

  takersOf(route: Route): Takers<ClientSession> {
    if (route.version !== this.#tree.version) {
      route.takers = this.#tree.takersOf(route.topic);
      route.version = this.#tree.version;
    }
    return route.takers;
  }
}

function isSame(topic: Buffer, bytes: Buffer, from: number, to: number): boolean {
  if (topic.length !== to - from) return false;
  // From the end: fleets have topics that begin alike.
  for (let i = topic.length - 1; i >= 0; i--) if (topic[i] !== bytes[from + i]) return false;
  return true;
}
