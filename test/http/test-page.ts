/** A page as the hub sees it: a WebSocket that asks, and remembers what it was told. */
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { FromHub } from '../../src/http/pages/messages.ts';
import type { start } from './start.ts';

type Options = ConstructorParameters<typeof WebSocket>[2];

/** A page: what it was told, waited for. */
export class TestPage {
  readonly socket: WebSocket;
  readonly #messages: FromHub[] = [];
  #wake = () => {};

  constructor(port: number, options: Options) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`, undefined, options);
    this.socket.on('message', (data) => {
      this.#messages.push(JSON.parse(String(data)));
      this.#wake();
    });
    onTestFinished(() => this.socket.terminate());
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next message that is so; those before it are passed over. */
  async next<T>(pick: (message: FromHub) => T | undefined): Promise<T> {
    for (;;) {
      for (let first = this.#messages.shift(); first; first = this.#messages.shift()) {
        const picked = pick(first);
        if (picked !== undefined) return picked;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

export async function open(context: Awaited<ReturnType<typeof start>>, token = context.server.token) {
  const page = new TestPage(context.server.port, { headers: { authorization: `Bearer ${token}` } });
  await page.next((message) => ('hello' in message ? message.hello : undefined));
  return page;
}

/** The clock of the hub stands still: it goes on until the page has got what it waits for. */
export async function soon<T>(clock: { advance(ms: number): void }, waited: Promise<T>): Promise<T> {
  const timer = setInterval(() => clock.advance(50), 5);
  return waited.finally(() => clearInterval(timer));
}
