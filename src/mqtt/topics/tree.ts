import type { Qos } from '../packet/types.ts';

interface Node<S> {
  children: Map<string, Node<S>> | undefined;
  /** Subscribers of exactly this filter, and with which QoS. */
  subscribers: Map<S, Qos> | undefined;
}

/** Who gets what is published under a topic: each once, with the highest QoS of the filters that take it [MQTT-3.3.5-1]. */
export type Takers<S> = readonly { readonly subscriber: S; readonly qos: Qos }[];

/** Filters by their levels, so that a topic is looked up in as many steps as it has levels, however many filters there are. */
export class SubscriptionTree<S> {
  /** Another number after every change. */
  version = 0;
  /** Filters, counted for each subscriber. */
  size = 0;
  readonly #root: Node<S> = newNode();

  /** @returns whether it is new; a known one is replaced [MQTT-3.8.4-3] */
  add(filter: string, subscriber: S, qos: Qos): boolean {
    let node = this.#root;
    for (const level of filter.split('/')) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (!child) {
        child = newNode();
        node.children.set(level, child);
      }
      node = child;
    }
    node.subscribers ??= new Map();
    const isNew = !node.subscribers.has(subscriber);
    node.subscribers.set(subscriber, qos);
    if (isNew) this.size++;
    this.version++;
    return isNew;
  }

  remove(filter: string, subscriber: S): void {
    const path: { node: Node<S>; level: string }[] = [];
    let node = this.#root;
    for (const level of filter.split('/')) {
      const child = node.children?.get(level);
      if (!child) return;
      path.push({ node, level });
      node = child;
    }
    if (!node.subscribers?.delete(subscriber)) return;
    this.size--;
    this.version++;
    if (node.subscribers.size === 0) node.subscribers = undefined;
    for (let step = path.pop(); step && isEmpty(node); step = path.pop()) {
      step.node.children?.delete(step.level);
      if (step.node.children?.size === 0) step.node.children = undefined;
      node = step.node;
    }
  }

  /** Whether there are filters that may take topics whose first level this is. */
  mayTake(level: string): boolean {
    const first = this.#root.children;
    return first !== undefined && (first.has(level) || first.has('+') || first.has('#'));
  }

  takersOf(topic: string): Takers<S> {
    const found = new Map<S, Qos>();
    const levels = topic.split('/');
    // The children of the present level's nodes; wildcards of the first level do not take topics that begin with `$`.
    let nodes: Node<S>[] = [this.#root];
    const isOurs = topic.startsWith('$');
    for (let i = 0; i < levels.length; i++) {
      const next: Node<S>[] = [];
      for (const { children } of nodes) {
        if (!children) continue;
        const same = children.get(levels[i] as string);
        if (same) next.push(same);
        if (isOurs && i === 0) continue;
        const any = children.get('+');
        if (any) next.push(any);
        collect(children.get('#'), found);
      }
      nodes = next;
    }
    for (const node of nodes) {
      collect(node, found);
      collect(node.children?.get('#'), found); // `a/#` takes `a`, too
    }
    return [...found].map(([subscriber, qos]) => ({ subscriber, qos }));
  }
}

const newNode = <S>(): Node<S> => ({ children: undefined, subscribers: undefined });

const isEmpty = <S>({ children, subscribers }: Node<S>): boolean => !children && !subscribers;

function collect<S>(node: Node<S> | undefined, found: Map<S, Qos>): void {
  for (const [subscriber, qos] of node?.subscribers ?? []) {
    const before = found.get(subscriber);
    if (before === undefined || before < qos) found.set(subscriber, qos);
  }
}
