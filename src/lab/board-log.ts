/**
 * A board's own record: what programs/lab.py and the library's trace write on its serial port, a line each, which survives
 * every reset.
 */
import type { Kept } from '../virtual/index.ts';
import { ControlLog } from './control-log.ts';
import { readLine } from './log-line.ts';
import { monotonicMs } from './monotonic.ts';
import type { BootRecord, ControlEvent, HandlerRecord, MadeSample, RanRecord } from './record.ts';
import type { Milestone } from './script.ts';

export class BoardLog {
  readonly boots: BootRecord[] = [];
  readonly #handlers: HandlerRecord[] = [];
  readonly offline: string[] = [];
  readonly badCalls: string[] = [];
  readonly saidLogs: string[] = [];
  /** The programs that ran, of those that came over the air. */
  readonly ran: RanRecord[] = [];
  readonly counts: Record<Milestone, number> = {
    power: 0,
    online: 0,
    offline: 0,
    made: 0,
    acked: 0,
    run: 0,
    spilled: 0,
    begin: 0,
    act: 0,
  };
  /** Bytes of heap in use, as the program measured them first in its present life, and after its last sample. */
  heap: { first: number; last: number } | undefined;
  online = false;
  /** The program makes no more samples. */
  stopped = false;
  mostQueued = 0;
  readonly #changed: (event: string, args: unknown[]) => void;
  readonly #decoder = new TextDecoder();
  #rest = '';
  /** Of each start: what its ticks are behind this machine's clock, at most, by the line that came fastest. */
  readonly #behind: number[] = [];
  readonly #control = new ControlLog();
  #isUndecided = false; // whether the newest sample was taken into the queue

  /** @param changed called after each event, as the board wrote it; `prints` is a line of the program's own */
  constructor(changed: (event: string, args: unknown[]) => void = () => {}) {
    this.#changed = changed;
  }

  /** The start that is under way, or was last. */
  get boot(): BootRecord | undefined {
    return this.boots.at(-1);
  }

  /** The highest number that the present start has queued. */
  get queued(): number {
    return this.boot?.queued ?? 0;
  }

  /** What became of each command, and when it began. */
  get handlers(): HandlerRecord[] {
    return this.#handlers.map((record) => ({
      ...record,
      beganMs: record.beganMs + (this.#behind[record.boot] ?? 0),
    }));
  }

  /** Of its control, in order. */
  get controlEvents(): ControlEvent[] {
    return this.#control.events(this.#behind);
  }

  /** A setpoint was taken, and nothing has stopped since. */
  get isSteered(): boolean {
    return this.#control.isSteered;
  }

  /** Whether every sample that is whole on its flash has been acknowledged, or given up. */
  get isFlashEmpty(): boolean {
    return this.boots.every(({ spilled, unspilled }) => unspilled >= spilled);
  }

  /**
   * Takes what came from the serial port.
   * @param kept how long the machine has kept the board's thread waiting since its start
   * @param now `monotonicMs`
   */
  take(bytes: Uint8Array, kept: Kept = { ms: 0, at: 0 }, now: number = monotonicMs()): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line, kept, now);
  }

  /** It is switched on, or has ended by itself. */
  powered(): void {
    this.counts.power++;
    this.#changed('power', []);
  }

  /** The board restarts: what its program was in the middle of is over. */
  reset(): void {
    const { boot } = this;
    if (boot) boot.ended = 'reset';
    // It was neither queued nor refused yet.
    if (this.#isUndecided) boot?.made.pop();
    this.#isUndecided = false;
    this.#rest = '';
    this.online = false;
    this.stopped = false;
    this.heap = undefined;
    this.#control.reset();
    this.#changed('reset', []);
  }

  #line(line: string, kept: Kept, now: number): void {
    const { told, printed } = readLine(line);
    if (printed.trim() !== '') this.#changed('prints', [printed.trimEnd()]);
    if (!told) return;
    const { event, args, ticks } = told;
    this.#event(event, args, ticks);
    const boot = this.boots.length - 1;
    this.#control.add(boot, ticks, kept, event, args);
    if (boot >= 0) this.#behind[boot] = Math.min(this.#behind[boot] ?? Number.POSITIVE_INFINITY, now - ticks);
    if (event !== 'tick') this.#changed(event, args);
  }

  #event(event: string, args: unknown[], ticks: number): void {
    const [first, second] = args;
    const { boot } = this;
    switch (event) {
      case 'begin':
        this.counts.begin++;
        this.boots.push(newBoot());
        break;
      case 'boot':
        if (boot) boot.boot = String(first);
        break;
      case 'made':
        this.counts.made++;
        boot?.made.push(madeOf(args));
        this.#isUndecided = true;
        this.mostQueued = Math.max(this.mostQueued, Number(args[2] ?? 0));
        break;
      case 'unmade':
        boot?.made.pop();
        this.#isUndecided = false;
        break;
      case 'queued':
        this.#queued(Number(first));
        break;
      case 'dropped':
        this.#isUndecided = false;
        if (boot) boot.dropped = Number(first);
        break;
      case 'acked':
        this.counts.acked++;
        this.#acked(String(first), Number(second));
        break;
      case 'spilled':
        this.counts.spilled++;
        if (boot) boot.spilled = Number(first);
        break;
      case 'unspilled':
        this.#unspilled(String(first), Number(second));
        break;
      case 'given up':
        this.#givenUp(String(first), Number(second), Number(args[2]));
        break;
      case 'online':
        this.counts.online++;
        if (boot) boot.hasTime = true;
        this.online = true;
        break;
      case 'offline':
        this.counts.offline++;
        this.offline.push(String(first));
        this.online = false;
        break;
      case 'act':
        this.counts.act++;
        break;
      case 'start':
        this.counts.run++;
        this.#handlers.push({
          k: Number(first),
          boot: this.boots.length - 1,
          beganMs: ticks,
          end: { how: 'none' },
        });
        break;
      case 'waits':
        this.counts.run--;
        this.#handlers.pop();
        break;
      case 'returned':
        this.#ended(Number(first), { how: 'returned', result: second });
        break;
      case 'raised':
        this.#ended(Number(first), {
          how: 'raised',
          message: typeof second === 'string' ? second : undefined,
        });
        break;
      case 'cancelled':
        this.#ended(Number(first), { how: 'cancelled' });
        break;
      case 'bad-call':
        this.badCalls.push(String(first));
        break;
      case 'said':
        this.saidLogs.push(String(first));
        break;
      case 'runs':
        this.ran.push({ boot: this.boots.length - 1, n: Number(first), twin: Number(second) });
        break;
      case 'stopped':
        this.stopped = true;
        break;
      case 'heap':
        this.#heap(Number(first));
        break;
    }
  }

  /** The sample that the program made last now has its number. A program that does not tell what it makes has none to match. */
  #queued(seq: number): void {
    const { boot } = this;
    if (!boot) return;
    boot.queued = seq;
    this.#isUndecided = false;
    const made = boot.made.at(-1);
    if (made && made.seq === undefined) made.seq = seq;
  }

  /** When it has stopped, the least of several counts. */
  #heap(bytes: number): void {
    const { first = bytes, last = Number.POSITIVE_INFINITY } = this.heap ?? {};
    this.heap = { first, last: this.stopped ? Math.min(last, bytes) : Number.POSITIVE_INFINITY };
  }

  /** Of the present start, or of one before whose samples the board still had. */
  #acked(id: string, seq: number): void {
    const boot = this.#start(id);
    if (boot) boot.acked = Math.max(boot.acked, seq);
  }

  #start(id: string): BootRecord | undefined {
    return this.boots.findLast((record) => record.boot === id);
  }

  #unspilled(id: string, seq: number): void {
    const boot = this.#start(id);
    if (boot) boot.unspilled = Math.max(boot.unspilled, seq);
  }

  /** Of the present start, or of one before; the present one counts them. */
  #givenUp(id: string, first: number, last: number): void {
    if (this.boot) this.boot.gaveUp += last + 1 - first;
    this.#start(id)?.givenUp.push([first, last]);
    this.#unspilled(id, last);
  }

  #ended(k: number, end: HandlerRecord['end']): void {
    const record = this.#handlers.findLast((handler) => handler.k === k && handler.end.how === 'none');
    if (record) record.end = end;
  }
}

const newBoot = (): BootRecord => ({
  boot: undefined,
  made: [],
  hasTime: false,
  acked: 0,
  queued: 0,
  dropped: 0,
  spilled: 0,
  unspilled: 0,
  givenUp: [],
  gaveUp: 0,
  ended: 'alive',
});

function madeOf([n, values]: unknown[]): MadeSample {
  const known = Object.entries(values as object).filter(([, value]) =>
    ['number', 'string', 'boolean'].includes(typeof value),
  );
  return { n: Number(n), values: Object.fromEntries(known) };
}
