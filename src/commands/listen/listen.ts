import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Encoding } from '../../hub/encoding.ts';
import { say } from '../../language.ts';
import { formatHostPort } from '../../transport/address.ts';
import { claimPort } from '../../transport/ports.ts';
import { listenTcp } from '../../transport/tcp.ts';
import type { Peer, Transport, TransportReason } from '../../transport/transport.ts';
import { listenUdp } from '../../transport/udp.ts';
import { addressLines } from '../addresses.ts';
import { lossSentence } from '../losses.ts';
import { interruption, isTypedTo, print, printable, printableJson, styled, tell } from '../terminal.ts';
import { startTyping, type Typing } from '../typing.ts';

export interface ListenOptions {
  protocol: 'udp' | 'tcp';
  host: string;
  port: number;
  reply?: string;
  /** Ends after so many messages. */
  count?: number;
  json?: boolean;
  encoding: Encoding;
  /** Added to the reply and to typed lines. */
  ending: '' | '\n';
}

/** Messages that wait for a slow stdout; datagrams beyond are left out and counted, for their senders cannot be held up. */
const WAITING_MESSAGES = 4096;
/** The time that peers get to close their side at the end. What was sent is the system's by then and still goes out. */
const FAREWELL_MS = 300;

/**
 * Shows each message with its sender until Ctrl-C or `count`.
 * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE
 */
export async function listen(options: ListenOptions): Promise<void> {
  const { protocol, host, port } = options;
  const interrupted = interruption();
  const { bound: transport, release } = await claimPort(
    { protocol, host, port, program: `kiteline listen ${protocol}` },
    (where): Promise<Transport> => (protocol === 'tcp' ? listenTcp(where) : listenUdp(where)),
  );
  const listener = new Listener(options, transport);
  interrupted.addEventListener('abort', () => listener.stop());
  await listener.run();
  await release();
}

class Listener {
  #options: ListenOptions;
  #transport: Transport;
  #reply: Uint8Array | undefined;
  #left: number;
  #last: Peer | undefined;
  #typing: Typing | undefined;
  #done = Promise.withResolvers<void>();
  #printing = Promise.resolve();
  #waiting = 0;
  #leftOut = 0;
  #complaints = new WeakMap<Peer, Set<TransportReason>>();

  constructor(options: ListenOptions, transport: Transport) {
    this.#options = options;
    this.#transport = transport;
    this.#left = options.count ?? Number.POSITIVE_INFINITY;
    const { reply, ending, encoding } = options;
    if (reply !== undefined) this.#reply = encoding.encode(reply + ending);
  }

  stop(): void {
    this.#done.resolve();
  }

  async run(): Promise<void> {
    const { host, port } = this.#transport;
    // Tests and other programs read the port from the end of this first line.
    tell(say(`listening on ${formatHostPort(host, port)}`, `正在监听 ${formatHostPort(host, port)}`));
    for (const line of addressLines(host, port)) tell(line);
    const types = isTypedTo() && !this.#reply;
    tell(
      types
        ? say(
            'What you type goes to whoever sent last. Ctrl-C ends.',
            '输入的内容会发给最近来信的一方。按 Ctrl-C 结束。',
          )
        : say('Ctrl-C ends.', '按 Ctrl-C 结束。'),
    );
    if (types) this.#typing = startTyping((line) => this.#typed(line), this.#done.resolve);
    this.#transport.start({
      admits: () => true, // it shows what comes, and does nothing with it
      opened: (peer) => this.#opened(peer),
      messages: (peer, units) => this.#arrived(peer, units),
      finished: () => {}, // a stream is not read from until what it sent is shown
      dropped: (peer, reason, count) => this.#lost(peer, reason, count),
      closed: (peer) => this.#closed(peer),
      failed: (error) => this.#note(error instanceof Error ? error.message : String(error)),
    });
    await this.#done.promise;
    this.#typing?.close();
    // node:dgram hands a datagram to the system one turn after `send`; closing before would lose the reply.
    await setImmediate();
    await Promise.race([this.#transport.close(), setTimeout(FAREWELL_MS)]);
    await this.#printing;
    if (this.#leftOut > 0) {
      tell(
        say(
          `${this.#leftOut} messages were left out: stdout takes them too slowly.`,
          `有 ${this.#leftOut} 条消息被略去：标准输出读取太慢。`,
        ),
      );
    }
  }

  #opened(peer: Peer): void {
    this.#last = peer;
    if (peer.stream && process.stderr.isTTY)
      this.#note(say(`${peer.address} connected`, `${peer.address} 已连接`));
  }

  #closed(peer: Peer): void {
    if (this.#last === peer) this.#last = undefined;
    if (peer.stream && process.stderr.isTTY)
      this.#note(say(`${peer.address} has gone`, `${peer.address} 已断开`));
  }

  #arrived(peer: Peer, units: readonly Uint8Array[]): Promise<void> {
    this.#last = peer;
    let lines = '';
    for (const unit of units) {
      if (this.#left === 0) break;
      this.#left--;
      if (this.#reply) peer.send(this.#reply);
      if (this.#waiting >= WAITING_MESSAGES && !peer.stream) this.#leftOut++;
      else lines += `${this.#line(peer.address, this.#options.encoding.decode(unit))}\n`;
    }
    if (lines !== '') this.#show(lines);
    if (this.#left === 0) this.#done.resolve();
    return this.#printing;
  }

  #line(from: string, text: string): string {
    return this.#options.json
      ? printableJson(JSON.stringify({ from, text }))
      : `${styled('dim', from)}  ${printable(text)}`;
  }

  #show(lines: string): void {
    this.#waiting++;
    const written = this.#typing ? this.#typing.above(() => print(lines)) : print(lines);
    const before = this.#printing;
    this.#printing = written
      .then(() => before)
      .finally(() => {
        this.#waiting--;
      });
  }

  #typed(line: string): void {
    const { encoding, ending } = this.#options;
    if (this.#last) this.#last.send(encoding.encode(line + ending));
    else
      this.#note(
        say(
          'There is nobody to send to: no one has sent yet, or the last one has gone.',
          '没有可发送的对象：还没有人来信，或者最近的一方已经离开。',
        ),
      );
  }

  /** Once per peer and reason: somebody who sends rubbish all day is told of once. */
  #lost(peer: Peer | undefined, reason: TransportReason, count: number): void {
    if (!peer) {
      this.#note(`${lossSentence(reason)} (${count})`);
      return;
    }
    const told = this.#complaints.get(peer) ?? new Set();
    this.#complaints.set(peer, told);
    if (told.has(reason)) return;
    told.add(reason);
    this.#note(`${peer.address}: ${lossSentence(reason)}`);
  }

  #note(sentence: string): void {
    if (this.#typing) void this.#typing.above(() => tell(sentence));
    else tell(sentence);
  }
}
