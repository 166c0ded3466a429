/**
 * The hub's part of bench/signing.ts: what a line costs the hub with a key, and without. In turn, in one process: bytes go
 * through the framer into a session of a real hub and its store, as from a socket; what the board would have signed was signed before.
 */
import { createHash } from 'node:crypto';
import { createHub, type Hub } from '../../src/hub/hub.ts';
import { Keys } from '../../src/hub/keys.ts';
import { keyId, Seal, sessionKey } from '../../src/hub/seal.ts';
import type { Session } from '../../src/hub/session.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { newCounts, type Peer } from '../../src/transport/transport.ts';
import { encodeNotification, encodeRequest, LineFramer } from '../../src/wire/index.ts';
import { median, spread } from '../figures.ts';

const LINES = 20_000; // of a round
const ROUNDS = 21;
/** Bytes of a read: 16 samples or so, as a board's library writes them. */
const READ = 1_024;
const NONCE = '0123456789abcdef'.repeat(2);
const KEY = new Uint8Array(createHash('sha256').update('bench').digest());

const valuesOf = (count: number, seq: number): string => {
  const values = Array.from({ length: count }, (_, i) => `"value${i}":${(seq % 100) + i}.5`);
  return `{${values.join()},"$t":${1_795_478_026_450 + seq},"$seq":${seq}}`;
};

const SAMPLES: [string, (seq: number) => string][] = [
  ['a sample of 2 values, read', (seq) => valuesOf(2, seq)],
  ['a sample of 12 values, read', (seq) => valuesOf(12, seq)],
  ['a sample of 60 values, read', (seq) => valuesOf(60, seq)],
];
const ACK = 'an acknowledgement, sent';

/** A board's connection, whose bytes go nowhere. */
class Connection implements Peer {
  readonly transport = 'tcp';
  readonly host = '10.0.0.7';
  readonly port = 7;
  readonly address = '10.0.0.7:7';
  readonly framed = true;
  readonly stream = true;
  readonly maxBytes = Number.POSITIVE_INFINITY;
  readonly counts = newCounts();
  readonly session: Session;
  last: Uint8Array = new Uint8Array(0);
  seal: Seal | undefined;

  constructor(hub: Hub) {
    this.session = hub.session(this, { answers: false });
  }

  send(bytes: Uint8Array): boolean {
    this.last = bytes;
    this.counts.messagesOut++;
    this.counts.bytesOut += bytes.length;
    return true;
  }

  frame(): void {}

  close(): void {}

  /** Says hello, with the key's proof before it where there is to be a key. */
  async begin(board: string, boot: string, isSigned: boolean): Promise<void> {
    if (isSigned) {
      await this.session.take([line(encodeRequest(1, '$prove', { board, key: keyId(KEY), nonce: NONCE }))]);
      const { nonce } = JSON.parse(Buffer.from(this.last).toString()).result;
      this.seal = new Seal(sessionKey(KEY, { board, nonceOfBoard: NONCE, nonceOfHub: nonce }), 'board');
    }
    const hello = line(encodeRequest(2, 'hello', { board, boot }));
    await this.session.take([this.seal?.sign(hello) ?? hello]);
    if (!this.session.link) throw new Error(Buffer.from(this.last).toString());
  }
}

const line = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length - 1);

/** One round: µs of CPU and bytes, a line. */
type Round = [number, number];

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

let boots = 0;

async function read(hub: Hub, isSigned: boolean, text: (seq: number) => string): Promise<Round> {
  const connection = new Connection(hub);
  await connection.begin(isSigned ? 'signed' : 'plain', `boot ${++boots}`, isSigned);
  const { session, seal } = connection;
  const lines: Uint8Array[] = [];
  for (let seq = 1; seq <= LINES; seq++) {
    const payload = Buffer.from(text(seq));
    lines.push(seal?.sign(payload) ?? payload, Uint8Array.of(0x0a));
  }
  const bytes = Buffer.concat(lines);
  const framer = new LineFramer();
  framer.frame();
  const before = cpu();
  for (let at = 0; at < bytes.length; at += READ) {
    const units = framer.push(bytes.subarray(at, at + READ));
    const work = units.length > 0 ? session.take(units) : undefined;
    if (work) await work;
  }
  await session.stored();
  const took = cpu() - before;
  const [numbering] = session.link?.numberings ?? [];
  if (numbering?.stored !== LINES) throw new Error(`stored ${numbering?.stored} of ${LINES}`);
  session.closed();
  return [took / LINES, bytes.length / LINES];
}

async function send(hub: Hub, isSigned: boolean): Promise<Round> {
  const connection = new Connection(hub);
  await connection.begin(isSigned ? 'signed' : 'plain', `boot ${++boots}`, isSigned);
  const { session, counts } = connection;
  const bytes = counts.bytesOut;
  const before = cpu();
  for (let seq = 1; seq <= LINES; seq++) session.link?.send(encodeNotification('$ack', { seq }));
  const took = cpu() - before;
  session.closed();
  return [took / LINES, (counts.bytesOut - bytes) / LINES];
}

async function rounds(round: (hub: Hub, isSigned: boolean) => Promise<Round>): Promise<[Round[], Round[]]> {
  const plain: Round[] = [];
  const signed: Round[] = [];
  const keys = new Keys({ entries: [{ board: 'signed', keys: [{ id: keyId(KEY), key: KEY, since: 0 }] }] });
  const hub = createHub({ keys, store: new MemoryStore({ pointsPerSeries: 1_000 }) });
  for (let i = 0; i <= ROUNDS; i++) {
    // Whoever comes first finds the caches cold: they take turns. The first of each is not counted.
    const order = i % 2 === 0 ? [false, true] : [true, false];
    for (const isSigned of order) {
      const figures = await round(hub, isSigned);
      if (i > 0) (isSigned ? signed : plain).push(figures);
    }
  }
  await hub.close();
  return [plain, signed];
}

/** Rows for a table: what a line costs the hub, plain and signed, medians of the rounds. */
export async function hubRows(): Promise<string[][]> {
  const rows = [['a line on the hub', 'CPU µs plain', 'CPU µs signed', 'ratio', 'bytes', 'signed']];
  const add = (name: string, [plain, signed]: [Round[], Round[]]) => {
    const each = (all: Round[], at: 0 | 1) => all.map((round) => round[at]);
    const ratio = median(each(signed, 0)) / median(each(plain, 0));
    rows.push([
      name,
      spread(each(plain, 0), 2),
      spread(each(signed, 0), 2),
      ratio.toFixed(1),
      median(each(plain, 1)).toFixed(0),
      median(each(signed, 1)).toFixed(0),
    ]);
  };
  for (const [name, text] of SAMPLES) add(name, await rounds((hub, isSigned) => read(hub, isSigned, text)));
  add(ACK, await rounds(send));
  return rows;
}
