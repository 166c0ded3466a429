/**
 * A board that keeps its samples until they are acknowledged, a network that cuts, a store that fails, a hub that dies, in any
 * order: what was acknowledged is stored, everything is stored once, and in order.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createHub, type Hub } from '../../src/hub/hub.ts';
import type { JsonObject } from '../../src/wire/index.ts';
import { FakeBoard, hello } from './boards.ts';
import { Disk, DiskStore } from './stores.ts';

type Step =
  | { do: 'sample' | 'give up' | 'write'; count: number }
  | { do: 'read'; count: number; old: boolean }
  | { do: 'work'; count: number }
  | { do: 'cut'; old: boolean }
  | { do: 'store'; well: boolean }
  | { do: 'restart board'; forgets: boolean }
  | { do: 'restart hub'; isWritten: boolean }
  | { do: 'connect' | 'flush' | 'hold acks' | 'tell acks' };

const count = fc.integer({ min: 1, max: 6 });
const old = fc.nat(3).map((n) => n === 0);
const step = <D extends string, T>(
  name: D,
  fields: { [K in keyof T]: fc.Arbitrary<T[K]> },
  weight: number,
) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name), ...fields }) as fc.Arbitrary<Step>,
});
const steps = fc.array(
  fc.oneof(
    step('sample', { count }, 3),
    step('give up', { count }, 1),
    step('connect', {}, 4),
    step('write', { count }, 3),
    step('read', { count, old }, 5),
    step('work', { count }, 10),
    step('cut', { old }, 1),
    step('store', { well: fc.nat(2).map((n) => n > 0) }, 8),
    step('flush', {}, 4),
    step('hold acks', {}, 1),
    step('tell acks', {}, 2),
    step('restart board', { forgets: fc.boolean() }, 1),
    step('restart hub', { isWritten: fc.boolean() }, 1),
  ),
  { minLength: 20, maxLength: 100 },
);

/** One start of a board, and its samples that are not acknowledged. */
class Start {
  readonly boot: string;
  numbered = 0;
  waiting: number[] = [];
  readonly givenUp = new Set<number>();
  acked = 0;

  constructor(boot: string) {
    this.boot = boot;
  }

  isAcked(seq: number): void {
    this.acked = Math.max(this.acked, seq);
    this.waiting = this.waiting.filter((n) => n > seq);
  }
}

class Connection {
  readonly peer: FakeBoard;
  readonly starts: readonly Start[];
  readonly underWay: string[] = []; // written, but not read by the hub
  readonly #sent = new Map<string, number>();
  #looked = 0;
  isOnline = false;

  constructor(hub: Hub, starts: readonly Start[]) {
    this.peer = new FakeBoard(hub);
    this.starts = starts;
    const boots = starts.slice(1).map(({ boot }) => boot);
    this.underWay.push(hello({ board: 'a', boot: (starts[0] as Start).boot, boots }));
  }

  /** What the board has got since it looked last. */
  look(): void {
    for (; this.#looked < this.peer.got.length; this.#looked++) {
      const { result, method, params } = this.peer.got[this.#looked] as Record<string, JsonObject>;
      if (result) {
        this.isOnline = true;
        for (const start of this.starts) start.isAcked(Number((result.acks as JsonObject)[start.boot]));
      }
      if (String(method) === '$ack') {
        const boot = params?.boot ?? this.starts[0]?.boot;
        this.starts.find((start) => start.boot === boot)?.isAcked(Number(params?.seq));
      }
    }
  }

  /** The next samples that were not sent on this connection, of each start in turn. */
  write(count: number): void {
    for (const start of this.starts) {
      const after = this.#sent.get(start.boot) ?? 0;
      for (const n of start.waiting.filter((one) => one > after).slice(0, count)) {
        const boot = start === this.starts[0] ? '' : `,"$boot":"${start.boot}"`;
        // Some of a form that is read from its bytes, some of one that is not.
        const other = n % 5 === 0 ? ',"odd":nan' : '';
        this.underWay.push(`{"n":${n},"of":"${start.boot}"${other},"$seq":${n}${boot}}`);
        this.#sent.set(start.boot, n);
      }
    }
  }

  read(count: number): void {
    const lines = this.underWay.splice(0, count);
    if (lines.length > 0) void this.peer.sends(...lines);
  }
}

class World {
  readonly disk = new Disk();
  readonly starts: Start[] = [new Start('boot0')]; // the present one first
  readonly #all: Start[] = [...this.starts];
  readonly #hubs: Hub[] = [];
  #store = new DiskStore(this.disk);
  #hub = this.#newHub();
  #connection: Connection | undefined;
  #old: Connection | undefined;

  async step(step: Step): Promise<void> {
    const [start] = this.starts as [Start];
    switch (step.do) {
      case 'sample':
        for (let i = 0; i < step.count; i++) start.waiting.push(++start.numbered);
        break;
      case 'give up':
        for (const n of start.waiting.splice(0, step.count)) start.givenUp.add(n);
        break;
      case 'connect':
        this.#old = this.#connection ?? this.#old;
        this.#connection = new Connection(this.#hub, [...this.starts]);
        break;
      case 'write':
        if (this.#connection?.isOnline) this.#connection.write(step.count);
        break;
      case 'read':
        (step.old ? this.#old : this.#connection)?.read(step.count);
        break;
      case 'cut':
        (step.old ? this.#old : this.#connection)?.peer.breaks();
        if (step.old) this.#old = undefined;
        else this.#connection = undefined;
        break;
      case 'store':
        if (step.well) this.#store.finish();
        else this.#store.fail();
        break;
      case 'flush':
        void this.#connection?.peer.session.finished();
        break;
      case 'work': {
        const connection = this.#connection;
        for (let i = 0; i < step.count; i++) start.waiting.push(++start.numbered);
        if (connection?.isOnline) connection.write(step.count);
        connection?.read(Number.POSITIVE_INFINITY);
        void connection?.peer.session.finished();
        break;
      }
      case 'hold acks':
        this.#store.holdAcks();
        break;
      case 'tell acks':
        this.#store.releaseAcks();
        break;
      case 'restart board': {
        const begun = new Start(`boot${this.#all.length}`);
        this.#all.push(begun);
        if (step.forgets)
          for (const { waiting, givenUp } of this.starts) for (const n of waiting.splice(0)) givenUp.add(n);
        this.starts.unshift(begun);
        this.starts.splice(4);
        this.#connection = undefined; // half open, for the hub
        break;
      }
      case 'restart hub':
        if (step.isWritten) this.#store.finish();
        else this.#store.fail();
        this.#store.broken = true;
        this.#store.releaseAcks();
        await new Promise(setImmediate);
        this.#store = new DiskStore(this.disk);
        this.#hub = this.#newHub();
        this.#connection = undefined;
        this.#old = undefined;
        break;
    }
    await this.#turn();
  }

  /** In the end everything works. */
  async settle(): Promise<void> {
    this.#store.release();
    this.#store.releaseAcks();
    for (let tries = 0; tries < 10 && this.starts.some(({ waiting }) => waiting.length > 0); tries++) {
      const connection = new Connection(this.#hub, [...this.starts]);
      this.#connection = connection;
      while (!connection.isOnline && !connection.peer.isEnded) {
        connection.read(1);
        await this.#turn();
      }
      connection.write(Number.POSITIVE_INFINITY);
      connection.read(Number.POSITIVE_INFINITY);
      await connection.peer.session.finished();
      await this.#turn();
    }
    await Promise.all(this.#hubs.map((hub) => hub.close()));
  }

  async #turn(): Promise<void> {
    await new Promise(setImmediate);
    this.#old?.look();
    this.#connection?.look();
    this.check();
  }

  check(): void {
    const stored = new Map<string, number[]>();
    for (const { values } of this.disk.samples) {
      const of = String(values.get('of'));
      stored.set(of, [...(stored.get(of) ?? []), Number(values.get('n'))]);
    }
    for (const { boot, acked, numbered, givenUp } of this.#all) {
      const numbers = stored.get(boot) ?? [];
      expect(numbers.every((n, i) => i === 0 || n > (numbers[i - 1] as number))).toBe(true);
      for (let n = 1; n <= acked; n++) expect(givenUp.has(n) || numbers.includes(n)).toBe(true);
      expect(acked).toBeLessThanOrEqual(numbered);
    }
  }

  /** That nothing was lost that the board had kept. */
  checkAll(): void {
    this.check();
    for (const { waiting } of this.starts) expect(waiting).toEqual([]);
    for (const start of this.starts) {
      const numbers = this.disk.samples.filter(({ values }) => values.get('of') === start.boot);
      expect(numbers.length + start.givenUp.size).toBeGreaterThanOrEqual(start.numbered);
    }
  }

  #newHub(): Hub {
    const hub = createHub({ store: this.#store, clock: new ManualClock() });
    hub.on('problem', () => {});
    this.#hubs.push(hub);
    return hub;
  }
}

test('what was acknowledged is stored, once and in order, whatever fails and whenever', async () => {
  let [stored, failures, hubs] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const world = new World();
      for (const step of all) {
        await world.step(step);
        if (step.do === 'store' && !step.well) failures++;
        if (step.do === 'restart hub') hubs++;
      }
      await world.settle();
      world.checkAll();
      stored += world.disk.samples.length;
    }),
    { numRuns: 400 },
  );
  expect(Math.min(stored / 400, failures / 100, hubs / 100)).toBeGreaterThan(1); // or little was tried
}, 120_000);
