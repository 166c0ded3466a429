import { type Heard, Recency } from '../recency.ts';
import { isOwnAddress } from '../transport/lan.ts';
import type { Peer } from '../transport/transport.ts';
import type { Message } from '../wire/index.ts';

/** What a peer waits for. */
export class Asked implements Heard<Asked> {
  older: Asked | undefined;
  newer: Asked | undefined;
  /** Gives it up, when the peer has gone. */
  readonly giveUp: () => void;

  constructor(giveUp: () => void) {
    this.giveUp = giveUp;
  }
}

/** A peer as one who has boards do something: whether it may, and what it waits for. */
export class Asker {
  /** It has sent something that is no JSON-RPC. */
  isPlain = false;
  readonly #peer: Peer;
  #isOurs: boolean | undefined; // whether it is a program of this machine, looked up when it matters
  readonly #open = new Recency<Asked>();
  #done: PromiseWithResolvers<void> | undefined;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  /**
   * Programs of this machine may; nobody else, for over the network nobody is known by more than an address. Nor may a connection
   * that has said anything but JSON-RPC: a web page that is open on this machine can have its browser post to this port, and
   * what a browser says first is HTTP.
   */
  get mayCommand(): boolean {
    this.#isOurs ??= this.#peer.transport === 'tcp' && isOwnAddress(this.#peer.host);
    return this.#isOurs && !this.isPlain;
  }

  says({ kind }: Message): void {
    if (kind === 'text' || kind === 'samples' || kind === 'refused') this.isPlain = true;
  }

  /** Something is not answered yet. @param giveUp called when the peer has gone */
  add(giveUp: () => void): Asked {
    const asked = new Asked(giveUp);
    this.#open.add(asked);
    return asked;
  }

  /** It is answered. Once. */
  remove(asked: Asked): void {
    this.#open.remove(asked);
    if (this.#open.oldest) return;
    this.#done?.resolve();
    this.#done = undefined;
  }

  /** Resolves when all is answered; undefined when it is. */
  get settled(): Promise<void> | undefined {
    if (!this.#open.oldest) return undefined;
    this.#done ??= Promise.withResolvers();
    return this.#done.promise;
  }

  /** The peer has gone. */
  giveUp(): void {
    for (const { giveUp } of this.#open) giveUp();
  }
}
