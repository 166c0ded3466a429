import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../clock.ts';
import { HOLDER_LENGTH } from '../../hub/control/check.ts';
import type { Hub } from '../../hub/hub.ts';
import { formatHostPort } from '../../transport/address.ts';
import { plainHost } from '../../transport/transport.ts';
import type { AccessToken } from '../access/tokens.ts';
import { AlertsChannel, BoardChannel, type Channel, OverviewChannel } from './channels.ts';
import type { ChannelName } from './messages.ts';
import { Page } from './page.ts';
import { Requests } from './requests.ts';
import { Run } from './run.ts';
import { SceneChannel } from './scene-channel.ts';

const limits = {
  /** Pages that are open at a time; more are refused. */
  pages: 256,
  /** Channels of a page. */
  channels: 32,
  /** Bytes of what a page says: a raw line, escaped. */
  message: 65_536,
} as const;

/** The pages that are open: one subscription to the hub's feed for all of them, each frame made once. */
export class Pages {
  /** What pages were not given because they were behind, in frames. */
  skipped = 0;
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.message,
    perMessageDeflate: false, // a frame would be compressed once for each page
  });
  readonly #pages = new Set<Page>();
  readonly #requests: Requests;
  #run: Run | undefined; // while there are pages

  constructor(hub: Hub, clock: Clock, failed: (error: unknown) => void) {
    this.#hub = hub;
    this.#clock = clock;
    this.#failed = failed;
    this.#requests = new Requests(hub);
  }

  get size(): number {
    return this.#pages.size;
  }

  /** Whether one more would be too many. */
  get isFull(): boolean {
    return this.#pages.size >= limits.pages;
  }

  /** Takes over a connection that was let in. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, token: AccessToken): void {
    this.#server.handleUpgrade(request, socket, head, (connected) => this.#opened(connected, request, token));
  }

  /** Ends the pages of a token that is taken back, and with each what it steers. */
  revoked(token: AccessToken): void {
    for (const page of this.#pages) if (page.token.id === token.id) page.close(1008, 'token revoked');
  }

  /** Tells every page that the hub goes, and ends it. */
  close(): void {
    for (const page of this.#pages) page.close(1001, 'hub closed');
    this.#stop();
  }

  /** Cuts off the pages that have not answered `close()`. */
  terminate(): void {
    for (const page of this.#pages) page.terminate();
  }

  #opened(socket: WebSocket, request: IncomingMessage, token: AccessToken): void {
    const { remoteAddress = '', remotePort = 0 } = request.socket;
    const from = formatHostPort(plainHost(remoteAddress), remotePort);
    const page = new Page(socket, request.socket, token, holderOf(token.name, from));
    this.#pages.add(page);
    this.#run ??= this.#begin();
    const run = this.#run;
    page.tell({ hello: { run: this.#hub.run, time: this.#clock.now(), role: token.role } });
    socket.on('pong', () => {
      page.isAlive = true;
    });
    socket.on('message', (data, isBinary) => {
      if (socket.readyState !== socket.OPEN) return; // it was ended, and has not heard of it, or will not
      const message = isBinary ? undefined : parse(String(data));
      if (message === undefined) {
        page.close(1003, 'JSON text only');
        return;
      }
      try {
        this.#take(page, message, run);
      } catch (error) {
        this.#failed(error); // ours to answer for: it must not end the process
      }
    });
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => {
      this.#pages.delete(page);
      for (const channel of [...page.channels]) this.#leave(page, channel, run);
      this.#requests.gone(page);
      if (this.#pages.size === 0) this.#stop();
    });
  }

  #take(page: Page, message: Partial<Record<string, unknown>>, run: Run): void {
    const { sub, unsub } = message;
    if (Array.isArray(sub)) for (const name of sub) this.#join(page, name, run);
    else if (Array.isArray(unsub)) {
      for (const name of unsub) {
        const channel = run.channels.get(name);
        if (channel) this.#leave(page, channel, run);
      }
    } else this.#requests.take(page, message);
  }

  #join(page: Page, name: unknown, run: Run): void {
    if (typeof name !== 'string' || [...page.channels].length >= limits.channels) return;
    let channel = run.channels.get(name as ChannelName);
    if (!channel) {
      channel = this.#channelOf(name, run);
      if (!channel) return;
      run.channels.set(channel.name, channel);
    }
    page.subscribe(channel);
    run.soon();
  }

  #leave(page: Page, channel: Channel, run: Run): void {
    page.unsubscribe(channel);
    if ([...this.#pages].some((one) => [...one.channels].includes(channel))) return;
    run.channels.delete(channel.name);
    channel.end?.();
  }

  #channelOf(name: string, run: Run): Channel | undefined {
    if (name === 'overview') return new OverviewChannel(run.overview);
    if (name === 'alerts') return new AlertsChannel(this.#hub.alerts, () => run.soon());
    const [, kind, board] = /^(board|scene):(.{1,64})$/su.exec(name) ?? [];
    if (board === undefined) return undefined;
    return kind === 'scene'
      ? new SceneChannel(board, this.#hub.scenes)
      : new BoardChannel(board, run.overview);
  }

  #begin(): Run {
    return new Run(this.#hub, this.#clock, {
      flush: (channel, frame) => {
        for (const page of this.#pages) if (!page.give(channel, frame)) this.skipped++;
      },
      catchUp: () => {
        let waits = false;
        for (const page of this.#pages) {
          for (const channel of page.takeOwed()) void this.#giveAll(page, channel);
          waits ||= page.isBehind;
        }
        return waits;
      },
      check: () => {
        for (const page of this.#pages) page.check();
      },
      failed: this.#failed,
    });
  }

  async #giveAll(page: Page, channel: Channel): Promise<void> {
    try {
      page.tell(await channel.full(this.#clock.now()));
    } catch (error) {
      this.#failed(error);
    }
  }

  #stop(): void {
    this.#run?.end();
    this.#run = undefined;
  }
}

/** A token's name may be as long as a holder's; where the page is must still stand behind it. */
function holderOf(name: string, from: string): string {
  const where = ` (${from})`;
  return `${name.slice(0, HOLDER_LENGTH - where.length).toWellFormed()}${where}`;
}

function parse(text: string): Partial<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
