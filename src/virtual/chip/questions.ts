/** Questions to the main thread that wait for their answers: several, as a handler may ask while the program waits. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Reply } from '../messages.ts';

export class Questions {
  readonly #port: MessagePort;
  /** What has been asked, with the answer where it has come. */
  readonly #asked = new Map<number, Reply | undefined>();
  #next = 1;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** @returns a number for a new one */
  open(): number {
    const id = this.#next++;
    this.#asked.set(id, undefined);
    return id;
  }

  /** Whether the answer has come. */
  answered(id: number): boolean {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: Reply } | undefined;
      if (!received) return this.#asked.get(id) !== undefined;
      const { message } = received;
      // The answer to a question that Ctrl-C cut short is nobody's any more.
      if (this.#asked.has(message.id)) this.#asked.set(message.id, message);
    }
  }

  /** The answer, once. */
  take(id: number): Reply | undefined {
    const reply = this.#asked.get(id);
    if (reply) this.#asked.delete(id);
    return reply;
  }

  /** Nobody waits for it any more. */
  forget(id: number): void {
    this.#asked.delete(id);
  }
}
