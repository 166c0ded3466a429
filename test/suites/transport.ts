import { describe, expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { ManualClock } from '../../src/clock.ts';
import type {
  CloseReason,
  Peer,
  Transport,
  TransportEvents,
  TransportReason,
} from '../../src/transport/transport.ts';
import { limits } from '../../src/wire/index.ts';

/** The other end, made of nothing of ours: a plain socket. */
export interface PlainEnd {
  /** Sends one message in the manner of the transport. */
  send(bytes: Uint8Array | string): void;
  /** Resolves when at least `bytes` bytes have come, with all that has. */
  received(bytes: number): Promise<Uint8Array>;
  /** `HOST:PORT` of it. */
  readonly address: string;
  close(): void;
}

export interface Pair {
  transport: Transport;
  connect(): Promise<PlainEnd>;
}

type Happening =
  | { what: 'opened'; peer: Peer }
  | { what: 'closed'; peer: Peer; reason: CloseReason }
  | { what: 'message'; peer: Peer; text: string }
  | { what: 'dropped'; peer: Peer | undefined; reason: TransportReason; count: number };

/** Keeps what a transport tells, and lets a test wait for the next thing of a kind. */
export class Recorder implements TransportEvents {
  readonly all: Happening[] = [];
  readonly failures: unknown[] = [];
  /** What `messages` returns, and so how long the work takes. */
  work: (peer: Peer, units: readonly Uint8Array[]) => void | Promise<void> = () => {};
  /** What `finished` returns, and so what our FIN waits for. */
  settled: (peer: Peer) => void | Promise<void> = () => {};
  #seen = 0;
  #waiting: (() => void)[] = [];

  /** Whom it lets in; everybody unless told. */
  isAdmitted: (host: string, port: number) => boolean = () => true;

  admits(host: string, port: number): boolean {
    return this.isAdmitted(host, port);
  }

  opened(peer: Peer): void {
    this.#add({ what: 'opened', peer });
  }

  messages(peer: Peer, units: readonly Uint8Array[]): void | Promise<void> {
    for (const unit of units) this.#add({ what: 'message', peer, text: Buffer.from(unit).toString() });
    return this.work(peer, units);
  }

  finished(peer: Peer): void | Promise<void> {
    return this.settled(peer);
  }

  dropped(peer: Peer | undefined, reason: TransportReason, count: number): void {
    this.#add({ what: 'dropped', peer, reason, count });
  }

  closed(peer: Peer, reason: CloseReason): void {
    this.#add({ what: 'closed', peer, reason });
  }

  failed(error: unknown): void {
    this.failures.push(error);
  }

  /** The next event of this kind that no call has returned yet. */
  async next<W extends Happening['what']>(what: W): Promise<Extract<Happening, { what: W }>> {
    for (;;) {
      while (this.#seen < this.all.length) {
        const event = this.all[this.#seen++];
        if (event?.what === what) return event as Extract<Happening, { what: W }>;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #add(event: Happening): void {
    this.all.push(event);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** What every transport must do. `make` gives one that listens, and a way to reach it. */
/** Starts a transport, with all that it tells kept, and closes it when the test is over. */
export function record(transport: Transport, clock: ManualClock): Recorder {
  const events = new Recorder();
  transport.start(events);
  onTestFinished(async () => {
    const closed = transport.close();
    clock.advance(60_000);
    await closed;
  });
  return events;
}

export function transportSuite(name: string, make: (clock: Clock) => Promise<Pair>): void {
  const begin = async () => {
    const clock = new ManualClock();
    const pair = await make(clock);
    const events = record(pair.transport, clock);
    const connect = async () => {
      const end = await pair.connect();
      onTestFinished(() => end.close());
      return end;
    };
    return { clock, events, connect, transport: pair.transport };
  };

  describe(`the transport contract: ${name}`, () => {
    test('tells where it listens', async () => {
      const { transport } = await begin();
      expect(transport.port).toBeGreaterThan(0);
      expect(transport.host).toBe('127.0.0.1');
    });

    test('delivers a message with its sender, the LF at its end left out', async () => {
      const { events, connect } = await begin();
      const end = await connect();
      end.send('{"temp":23.5}\n');
      const { peer, text } = await events.next('message');
      expect(text).toBe('{"temp":23.5}');
      expect(peer.address).toBe(end.address);
      expect(peer.host).toBe('127.0.0.1');
      expect(peer.counts).toMatchObject({ messagesIn: 1, bytesIn: 14, dropped: 0 });
      expect(events.all.map((event) => event.what)).toEqual(['opened', 'message']);
    });

    test('delivers messages in their order', async () => {
      const { events, connect } = await begin();
      const end = await connect();
      for (let i = 0; i < 20; i++) end.send(`line ${i}\r\n`);
      for (let i = 0; i < 20; i++) expect((await events.next('message')).text).toBe(`line ${i}`);
    });

    test('sends bytes as they are', async () => {
      const { events, connect } = await begin();
      const end = await connect();
      end.send('hello\n');
      const { peer } = await events.next('message');
      const bytes = Uint8Array.of(0, 255, 10, 13, 128);
      expect(peer.send(bytes)).toBe(true);
      expect(new Uint8Array(await end.received(5))).toEqual(bytes);
      expect(peer.counts).toMatchObject({ messagesOut: 1, bytesOut: 5 });
    });

    test('tells two peers apart', async () => {
      const { events, connect } = await begin();
      const [one, two] = [await connect(), await connect()];
      one.send('one\n');
      const first = await events.next('message');
      two.send('two\n');
      const second = await events.next('message');
      expect([first.peer.address, second.peer.address]).toEqual([one.address, two.address]);
      second.peer.send(Buffer.from('for two'));
      first.peer.send(Buffer.from('for one'));
      expect(String(await one.received(7))).toBe('for one');
      expect(String(await two.received(7))).toBe('for two');
    });

    test('takes a message of the longest length and drops a longer one with its reason', async () => {
      const { events, connect } = await begin();
      const end = await connect();
      end.send(`${'x'.repeat(limits.lineBytes)}\n`);
      expect((await events.next('message')).text).toHaveLength(limits.lineBytes);
      end.send(`${'y'.repeat(limits.lineBytes + 1)}\n`);
      expect(await events.next('dropped')).toMatchObject({ reason: 'LINE_TOO_LONG', count: 1 });
      end.send('after\n');
      const { peer, text } = await events.next('message');
      expect(text).toBe('after');
      expect(peer.counts.dropped).toBe(1);
    });

    test('an empty message is none', async () => {
      const { events, connect } = await begin();
      const end = await connect();
      for (const text of ['\n', '\r\n', 'x\n']) end.send(text);
      expect((await events.next('message')).text).toBe('x');
    });

    test('work that fails is reported and stops nothing', async () => {
      const { events, connect } = await begin();
      const end = await connect();
      const problem = new Error('a handler failed');
      events.work = () => Promise.reject(problem);
      end.send('one\n');
      await events.next('message');
      end.send('two\n');
      expect((await events.next('message')).text).toBe('two');
      expect(events.failures[0]).toBe(problem);
    });

    test('close() tells of every peer and may be repeated; sending then is a counted loss', async () => {
      const { events, connect, transport, clock } = await begin();
      const peers = new Set<Peer>();
      for (const end of [await connect(), await connect(), await connect()]) {
        end.send('hello\n');
        peers.add((await events.next('message')).peer);
      }
      const closed = transport.close();
      clock.advance(60_000);
      await closed;
      await transport.close();
      const told = events.all.flatMap((event) => (event.what === 'closed' ? [event.peer] : []));
      expect(told).toHaveLength(3);
      expect(new Set(told)).toEqual(peers);
      for (const peer of peers) {
        expect(peer.send(Buffer.from('late'))).toBe(false);
        expect(peer.counts.dropped).toBe(1);
      }
    });

    test('can be started once', async () => {
      const { transport } = await begin();
      expect(() => transport.start(new Recorder())).toThrow('started already');
    });
  });
}
