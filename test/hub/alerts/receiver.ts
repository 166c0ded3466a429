/** A real HTTP server that gets what a webhook posts, and answers as it is told. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Post {
  path: string;
  body: Record<string, unknown>;
}

export class Receiver {
  readonly #server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      this.#posts.push({ path: request.url ?? '', body: JSON.parse(text) });
      this.#answer(response);
      this.#came?.();
    });
  });
  readonly #posts: Post[] = [];
  #answer: (response: ServerResponse) => void = (response) => response.end();
  #came: (() => void) | undefined;

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    onTestFinished(() => receiver.close());
    return receiver;
  }

  /** With a secret in it, as a real one has. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook?secret=s3cret`;
  }

  /** What it answers from now on; nothing at all unless `how` does something. */
  answers(how: (response: ServerResponse) => void): void {
    this.#answer = how;
  }

  /** Resolves with the next post that nobody has taken yet. */
  async next(): Promise<Post> {
    for (;;) {
      const post = this.#posts.shift();
      if (post) return post;
      await new Promise<void>((resolve) => {
        this.#came = resolve;
      });
    }
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export const status =
  (code: number) =>
  (response: ServerResponse): void =>
    void response.writeHead(code).end('no');
