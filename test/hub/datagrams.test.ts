/** Datagrams of sessions, over real sockets: whose one is, where the board is, and that everything else is as it was. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createHub } from '../../src/hub/hub.ts';
import type { Seal } from '../../src/hub/seal.ts';
import {
  datagramTrailer,
  encodeNotification,
  encodeRequest,
  type JsonObject,
  signDatagram,
} from '../../src/wire/index.ts';
import { FakeBoard, Wire } from './boards.ts';
import { startHub, until } from './helpers.ts';
import { KeyedWire, testKey, testKeys } from './keyed-boards.ts';

const ROVER = { board: 'rover', boot: 'b1', controls: { drive: { lease: 600 } } };

/** A board's socket for datagrams. */
class Aside {
  readonly got: { message: JsonObject; counter: number; session: string }[] = [];
  readonly #socket: Socket;
  readonly #port: number;
  readonly #session: string;
  counter = 0;

  private constructor(socket: Socket, port: number, session: string) {
    this.#socket = socket;
    this.#port = port;
    this.#session = session;
    socket.on('message', (bytes) => {
      const trailer = datagramTrailer(bytes);
      if (!trailer || trailer.mac) throw new Error(`no trailer: ${bytes}`);
      const { counter, session: id, length } = trailer;
      const message = JSON.parse(bytes.subarray(0, length).toString()) as JsonObject;
      this.got.push({ message, counter, session: id });
    });
  }

  static async open(port: number, session: string, host = '127.0.0.1'): Promise<Aside> {
    const socket = createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
    return new Aside(socket, port, session);
  }

  raw(bytes: Uint8Array | string): void {
    this.#socket.send(bytes, this.#port, '127.0.0.1');
  }

  send(line: Uint8Array, counter = ++this.counter): void {
    this.raw(signDatagram(line.subarray(0, -1), 'bd', this.#session, counter, undefined));
  }

  ping(id: string, counter?: number): void {
    this.send(encodeRequest(id, '$ping', {}), counter);
  }

  seen(n: number, more: JsonObject = {}): void {
    this.send(encodeNotification('$seen', { control: 'drive', n, clock: 1, ...more }));
  }

  async next(): Promise<JsonObject> {
    await until(() => this.got.length > 0);
    return this.got.shift()?.message as JsonObject;
  }
}

async function begin() {
  const world = await startHub();
  const { hub, udpPort, tcp, clock } = world;
  const board = new Wire(await tcp());
  const { session, udp } = await board.hello(ROVER);
  expect(udp).toBe(udpPort);
  const aside = await Aside.open(udpPort, String(session));
  const dropped = (reason: string) => until(() => Object.hasOwn(hub.counts.dropped, reason));
  clock.advance(100);
  return { ...world, board, aside, session: String(session), dropped };
}

test('a ping by datagram is answered by datagram, and says where setpoints go', async () => {
  const { hub, clock, board, aside, session } = await begin();
  aside.ping('u1');
  await until(() => aside.got.length > 0);
  expect(aside.got).toEqual([
    { message: { jsonrpc: '2.0', id: 'u1', result: { time: clock.now(), clock: 100 } }, counter: 1, session },
  ]);
  aside.got.length = 0;
  const drive = hub.board('rover')?.control('drive', { holdMs: Number.POSITIVE_INFINITY });
  drive?.set({ speed: 1 });
  // Nothing is known of datagrams yet: the setpoint goes both ways.
  const both = { method: '$set', params: { control: 'drive', n: 1, t: 100, args: { speed: 1 } } };
  expect(await aside.next()).toMatchObject(both);
  expect(await board.next()).toMatchObject(both);
  aside.seen(1);
  await until(() => hub.board('rover')?.info()?.controls?.drive?.via === 'datagram');
  clock.advance(20);
  drive?.set({ speed: 2 });
  expect(await aside.next()).toMatchObject({ params: { n: 2 } });
  aside.seen(2, { got: 2 });
  clock.advance(20);
  drive?.release();
  expect(await aside.next()).toMatchObject({ params: { n: 3, args: null } });
  expect(await board.next()).toMatchObject({ params: { n: 3, args: null } });
});

test('datagrams that are lost, doubled and pass each other: the hub measures it, and goes on by datagram', async () => {
  const { hub, clock, aside, board } = await begin();
  aside.ping('u1');
  await aside.next();
  const drive = hub.board('rover')?.control('drive', { holdMs: Number.POSITIVE_INFINITY });
  const status = () => hub.board('rover')?.info()?.controls?.drive;
  let [came, newest] = [0, 0];
  const held: number[] = [];
  /** What the air lets through of what the hub sent by datagram. */
  const arrives = (n: number) => {
    came++;
    newest = Math.max(newest, n);
    aside.seen(newest, { got: came });
  };
  for (let i = 1; i <= 120; i++) {
    clock.advance(30);
    drive?.set({ i });
    let n = 0;
    while (n === 0) {
      const { params } = await aside.next(); // an older one may have gone again
      const { args, n: number } = (params ?? {}) as { args?: JsonObject; n?: number };
      if (args?.i === i) n = number ?? 0;
    }
    if (i % 10 === 0) continue; // lost
    if (i % 7 === 0) held.push(n);
    else {
      const before = status()?.sent;
      arrives(n);
      if (i % 5 === 0) arrives(n); // doubled, it is counted twice
      for (const late of held.splice(0)) arrives(late);
      aside.ping(`p${i}`); // its answer says that the hub has had all that
      for (let got = await aside.next(); got.id !== `p${i}`; got = await aside.next());
      expect(status()?.sent).toBe(before);
    }
  }
  expect(status()).toMatchObject({ via: 'datagram', sent: 120, replaced: 0, holder: 'app' });
  expect(status()?.loss).toBeLessThan(0.3);
  expect(board.isEnded).toBe(false);
});

test('the newest datagram tells where the board is; an older one that comes late does not', async () => {
  const { hub, aside, udpPort, session } = await begin();
  aside.ping('u1', 1);
  await aside.next();
  const moved = await Aside.open(udpPort, session);
  moved.ping('u2', 5);
  await moved.next();
  aside.ping('u3', 4);
  expect(await moved.next()).toMatchObject({ id: 'u3' });
  hub.board('rover')?.control('drive').set({});
  expect(await moved.next()).toMatchObject({ method: '$set' });
  expect(aside.got).toEqual([]);
});

test('a datagram from another host than the session, or with a signature that nobody can check, is dropped', async () => {
  const { hub, aside, udpPort, session, dropped } = await begin();
  const stranger = await Aside.open(udpPort, session, '127.0.0.2').catch(() => undefined);
  if (stranger) {
    stranger.ping('u1');
    await dropped('WRONG_HOST');
  }
  const before = hub.counts.dropped.WRONG_HOST ?? 0;
  aside.raw(`{}\t${session}.1.0123456789abcdef`);
  await until(() => hub.counts.dropped.WRONG_HOST === before + 1);
  hub.board('rover')?.control('drive').set({});
  aside.ping('u9');
  expect(await aside.next()).toMatchObject({ id: 'u9' });
  expect(stranger?.got ?? []).toEqual([]);
  expect(hub.board('rover')?.info()?.dropped.WRONG_HOST).toBe(before + 1);
});

test('with a key: signed both ways, from whatever address, each once; what is forged is dropped and told', async () => {
  const { hub, tcp, udpPort, clock } = await startHub({ keys: testKeys('rover') });
  const board = new KeyedWire(await tcp());
  await board.prove('rover', testKey('rover'));
  board.sends(encodeRequest(2, 'hello', ROVER));
  const { result } = JSON.parse((await board.next()) ?? '') as { result: JsonObject };
  const session = String(result.session);
  const seal = board.seal as Seal;
  const got: string[] = [];
  const open = async (host: string) => {
    const socket = createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
    socket.on('message', (bytes) => {
      const payload = seal.openDatagram(bytes);
      got.push(typeof payload === 'string' ? payload : Buffer.from(payload).toString());
    });
    return (bytes: Uint8Array) => socket.send(bytes, udpPort, '127.0.0.1');
  };
  const ping = (id: string) => seal.signDatagram(session, encodeRequest(id, '$ping', {}).subarray(0, -1));
  const [here, there] = [await open('127.0.0.1'), await open('127.0.0.2').catch(() => open('127.0.0.1'))];
  const first = ping('u1');
  here(first);
  await until(() => got.length === 1);
  expect(got[0]).toContain('"id":"u1"');
  here(first);
  await until(() => hub.counts.dropped.REPLAYED === 1);
  here(
    signDatagram(Buffer.from('{"jsonrpc":"2.0","id":"u2","method":"$ping"}'), 'bd', session, 9, undefined),
  );
  here(Buffer.concat([Buffer.from('x'), ping('u3')]));
  await until(() => hub.counts.dropped.BAD_SIGNATURE === 2);
  there(ping('u4'));
  await until(() => got.length === 2);
  expect(got[1]).toContain('"id":"u4"');
  clock.advance(50);
  const drive = hub.board('rover')?.control('drive');
  drive?.set({ speed: 1 });
  await until(() => got.length === 3);
  expect(JSON.parse(got[2] ?? '')).toMatchObject({ method: '$set', params: { n: 1, t: 50 } });
  there(seal.signDatagram(session, encodeNotification('$seen', { control: 'drive', n: 1 }).subarray(0, -1)));
  await until(() => hub.board('rover')?.info()?.controls?.drive?.via === 'datagram');
  expect(board.forged).toEqual([]);
});

test('a board without a key is not steered from where such boards may not be commanded, and it is told', async () => {
  const { hub, tcp, events } = await startHub({ access: { openBoards: 'none' } });
  const feed = events();
  const board = new Wire(await tcp());
  await board.hello(ROVER);
  expect(() => hub.board('rover')?.control('drive')).toThrow(
    expect.objectContaining({ code: 'NOT_ALLOWED' }),
  );
  expect(await feed.next('refused')).toMatchObject({ board: 'rover', reason: 'NOT_ALLOWED' });
});

test('when the session is over its datagrams are nothing any more, and no text', async () => {
  const { hub, aside, board, dropped } = await begin();
  await board.reset();
  await until(() => hub.board('rover')?.info()?.presence?.state === 'lost');
  aside.ping('u1');
  await dropped('SESSION_OVER');
  expect(hub.counts.texts).toBe(0);
  expect(hub.boards().map(({ name }) => name)).toEqual(['rover']);
});

test('in a datagram of a session stands what is of the session', async () => {
  const { hub, aside, dropped } = await begin();
  aside.send(Buffer.from('{"temp":1}\n'));
  aside.send(encodeRequest(1, 'hello', ROVER));
  aside.send(encodeNotification('$ack', {}));
  await until(() => hub.counts.dropped.UNKNOWN_METHOD === 3);
  aside.send(encodeNotification('$seen', { control: 1 }));
  await dropped('BAD_NOTIFICATION');
  expect(hub.counts.samples).toBe(0);
});

test.each([
  ['{"temp":23.5}', 'samples'],
  ['a\tb', 'texts'],
  ['hello\tdeadbeef.17', 'texts'],
  ['{"a":1}\tdeadbeef.0', 'texts'],
  ['{"a":1}\tDEADBEEF.1', 'texts'],
  ['{"a":1} deadbeef.1', 'texts'],
] as const)('a plain datagram is what it was: %j', async (text, kind) => {
  const { hub, aside } = await begin();
  aside.raw(text);
  await until(() => hub.counts[kind] === 1);
  expect(hub.counts.dropped).toEqual({});
});

test('a hub that listens for no datagrams names no port', async () => {
  const hub = createHub();
  onTestFinished(() => hub.close());
  expect(await new FakeBoard(hub).hello(ROVER)).not.toHaveProperty('udp');
});
