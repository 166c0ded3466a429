/**
 * Somebody who says that he is the hub: he answers every question for the hub with his own address, accepts every
 * connection, plays the hub as well as one can without the key, and keeps all that he is told.
 */
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { claimAddress } from '../../virtual/host/addresses.ts';
import { lies } from './tamper.ts';

/** How he answers `$prove`. */
export const BLUFFS = [
  /** With a proof that he makes up. */
  'any-proof',
  /** With the board's own nonce as his, and as his proof. */
  'mirror',
  /** As if he had never heard of keys, so that the board may go on without. */
  'no-such-method',
  /** As if that were done, and with what hello is answered with. */
  'hello-at-once',
  /** Not at all. */
  'silence',
] as const;
export type Bluff = (typeof BLUFFS)[number];

/** Lines and datagrams that are kept. */
const MOST = 2_000;

interface Request {
  id?: unknown;
  method?: unknown;
  params?: { [name: string]: unknown };
}

export class Impostor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #claim: Awaited<ReturnType<typeof claimAddress>>;
  readonly #bluff: Bluff;
  readonly #told: () => void;
  #squatter: Server | undefined;
  #datagrams: Datagrams | undefined;
  port = 0;
  /** All that he was told, on connections and by datagram. */
  readonly heard: string[] = [];

  private constructor(claim: Awaited<ReturnType<typeof claimAddress>>, bluff: Bluff, told: () => void) {
    this.#claim = claim;
    this.#bluff = bluff;
    this.#told = told;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /**
   * @param name whose impostor he is; his address follows from that
   * @param udp the port at which boards ask for their hub; none where he has no address of his own to take it at
   * @param old a port on 127.0.0.1 that he takes as well, because the hub had it
   * @param told called whenever he has heard something
   */
  static async open(
    name: string,
    bluff: Bluff,
    udp: number | undefined,
    told: () => void,
    old?: number,
  ): Promise<Impostor> {
    const impostor = new Impostor(await claimAddress(`impostor of ${name}`), bluff, told);
    impostor.#server.listen(0, impostor.address);
    await once(impostor.#server, 'listening');
    impostor.port = (impostor.#server.address() as { port: number }).port;
    if (udp !== undefined && impostor.#claim.own) await impostor.#answerQuestions(udp);
    if (old !== undefined) await impostor.#squat(old);
    return impostor;
  }

  get address(): string {
    return this.#claim.address;
  }

  /** Where the hub was. */
  async #squat(port: number): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#squatter = server;
  }

  async #answerQuestions(port: number): Promise<void> {
    const socket = createSocket('udp4').bind({ address: this.address, port, exclusive: true });
    socket.on('error', () => {});
    await once(socket, 'listening');
    this.#datagrams = socket;
    socket.on('message', (bytes, from) => {
      const { id, method, params } = this.#hear(bytes.toString());
      if (method !== '$where') return;
      const result = { hub: 'kiteline', home: params?.home ?? '0123456789abcdef', tcp: this.port };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }), from.port, from.address);
    });
  }

  #hear(text: string): Request {
    if (this.heard.length < MOST) this.heard.push(text);
    this.#told();
    try {
      return JSON.parse(text.split('\t')[0] ?? '') as Request;
    } catch {
      return {};
    }
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const answer = this.#answerTo(this.#hear(line));
        if (!answer) continue;
        socket.write(`${JSON.stringify({ jsonrpc: '2.0', ...answer })}\n`);
        for (const lie of lies('to-board', Buffer.from(`${line}\n`))) socket.write(lie);
      }
    });
    // Half a line is also told.
    socket.on('end', () => rest !== '' && this.#hear(rest));
  }

  #answerTo({ id, method, params }: Request): object | undefined {
    if (method === 'hello') return { id, result: welcome() };
    if (method !== '$prove') return undefined;
    const nonce = typeof params?.nonce === 'string' ? params.nonce : '';
    switch (this.#bluff) {
      case 'any-proof':
        return { id, result: { nonce: 'ab'.repeat(16), proof: 'cd'.repeat(16) } };
      case 'mirror':
        return { id, result: { nonce, proof: nonce } };
      case 'no-such-method':
        return { id, error: { code: -32601, message: 'there is no method "$prove"' } };
      case 'hello-at-once':
        return { id, result: welcome() };
      case 'silence':
        return undefined;
    }
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#squatter?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#datagrams?.close();
    this.#claim.release();
  }
}

/** What a hub answers a hello with. */
const welcome = (): object => ({
  hub: '0011223344556677',
  session: '8899aabb',
  time: Date.now(),
  clock: 0,
  keepalive: 200,
  acks: {},
});
