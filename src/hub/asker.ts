import { isOwnAddress } from '../transport/lan.ts';
import type { Peer } from '../transport/transport.ts';
import type { Message } from '../wire/index.ts';

/** A peer as one who has boards do something: whether it may, and what it waits for. */
export class Asker {
  /** It has sent something that is no JSON-RPC. */
  isPlain = false;
  readonly #peer: Peer;
  #isOurs: boolean | undefined; // whether it is a program of this machine, looked up when it matters
  #open: Set<() => void> | undefined;
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

  /** Something that is not answered yet. @param giveUp gives it up, when the peer has gone */
  add(giveUp: () => void): void {
    this.#open ??= new Set();
    this.#open.add(giveUp);
  }

  /** It is answered. */
  remove(giveUp: () => void): void {
    if (!this.#open?.delete(giveUp) || this.#open.size > 0) return;
    this.#done?.resolve();
    this.#done = undefined;
  }

  /** Resolves when all is answered; undefined when it is. */
  get settled(): Promise<void> | undefined {
    if (!this.#open || this.#open.size === 0) return undefined;
    this.#done ??= Promise.withResolvers();
    return this.#done.promise;
  }

  /** The peer has gone. */
  giveUp(): void {
    for (const giveUp of this.#open ?? []) giveUp();
  }
}
