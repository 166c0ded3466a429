/**
 * Promise 3: a control stream stops by itself. No setpoint acts after its lease, none that is older than one that was taken,
 * none that the hub did not send; and when a lease ends the board's own stop runs, at most 50 ms later.
 */
import { say } from '../../language.ts';
import type { Kept } from '../../virtual/index.ts';
import type { BoardRecord, ControlEvent, ControlRecord } from '../record.ts';
import { type Breach, type BreachKind, some } from './breach.ts';

/** Milliseconds after the end of a lease within which the board's stop has to run. */
const STOP_MS = 50;
/** Milliseconds: the board's clock counts whole ones, twice rounded between a lease's beginning and its end. */
const TICKS = 2;
/**
 * Milliseconds by which a board's ticks may be wrong when they are brought to this machine's clock, by the line that came
 * fastest of some hundred; and how much more of the longest that this process was kept waiting.
 */
const CLOCK_SLACK_MS = 25;

/** What is wrong with a board's control; nothing, where all is as promised. */
export function auditControl({ name, control, boots }: BoardRecord, lagMs: number): Breach[] {
  if (!control) return [];
  const found = nothing();
  for (const boot of boots.keys()) lifeOf(boot, control, lagMs, found);
  found.afterLease.push(...sentInVain(control));
  return breaches(name, found);
}

/** Milliseconds after the end of its lease that each stop ran which no release made run, without what the machine is the cause of. */
export function stopLateness({ control, boots }: BoardRecord): number[] {
  if (!control) return [];
  return [...boots.keys()].flatMap((boot) => lifeOf(boot, control, 0, nothing()).lateness);
}

interface Found {
  forged: string[];
  afterLease: string[];
  lateStop: string[];
}

const nothing = (): Found => ({ forged: [], afterLease: [], lateStop: [] });

interface Lease {
  n: number;
  k: number;
  /** Ticks of the board. */
  end: number;
  /** For how long the machine had kept its thread from going on, as it was known last before that. */
  before: Kept;
}

/** A start of the board, seen to its end. */
function lifeOf(boot: number, control: ControlRecord, lagMs: number, found: Found): Life {
  const life = new Life(control, lagMs, found);
  for (const event of control.events) if (event.boot === boot) life.event(event);
  life.over();
  return life;
}

/** A board from one start to the next. */
class Life {
  readonly lateness: number[] = [];
  readonly #control: ControlRecord;
  readonly #slackMs: number;
  readonly #found: Found;
  /** By number of the lab and of the hub, when each was renewed. */
  readonly #sent = new Map<string, number>();
  /** Whose stop has not run yet. */
  #lease: Lease | undefined;
  /** Of the setpoint that was taken last, also behind its stop. */
  #newest: Lease | undefined;
  #last: ControlEvent | undefined;
  /** A handler was at work behind its stop: what it has set since then must be undone. */
  #owesStop: ControlEvent | undefined;

  constructor(control: ControlRecord, lagMs: number, found: Found) {
    this.#control = control;
    this.#slackMs = CLOCK_SLACK_MS + lagMs;
    this.#found = found;
    for (const { k, n, renewedMs, isRelease } of control.sent) {
      const key = `${k} ${n}`;
      if (!isRelease) this.#sent.set(key, Math.max(renewedMs, this.#sent.get(key) ?? 0));
    }
  }

  event(event: ControlEvent): void {
    const { what, kept } = event;
    if (this.#lease && kept.at <= this.#lease.end) this.#lease.before = kept;
    switch (what.did) {
      case 'online':
        if (this.#newest) this.#newest = { ...this.#newest, n: 0 };
        break;
      case 'set':
        this.#set(event, what);
        break;
      case 'act':
        this.#act(event, what.k);
        break;
      case 'acted':
        if (!this.#lease) this.#owesStop = event;
        break;
      case 'halt':
        this.#halt(event);
        break;
      case 'stop':
        if (what.why === 'released') this.#released();
        break;
      case 'lived':
        break;
    }
    this.#last = event;
  }

  /** The start is over: no lease may have been left to run. */
  over(): void {
    if (this.#last) this.#mustHaveStopped(this.#last);
  }

  /**
   * Milliseconds that an event came after the end of a lease, by the board's own clock; less those in which the machine
   * provably kept its thread from going on between these two. That is known of two moments: a last one before that end, and
   * one just behind the event. Of what lies between, as much as can be is taken for the time before that end and behind the event.
   */
  #overdue({ end, before }: Lease, event: ControlEvent): number {
    return Math.round(event.ticks - end - keptBetween(before, event, end));
  }

  #set(event: ControlEvent, { n, k, leftMs }: { n: number; k: number; leftMs: number }): void {
    this.#mustHaveStopped(event);
    const { leaseMs } = this.#control;
    const renewedMs = this.#sent.get(`${k} ${n}`);
    const beyond = renewedMs === undefined ? 0 : event.ms + leftMs - (renewedMs + leaseMs);
    if (renewedMs === undefined) this.#found.forged.push(`${k} (n ${n})`);
    else if (leftMs > leaseMs || beyond > this.#slackMs)
      this.#found.afterLease.push(
        say(
          `${k} was to hold for ${leftMs} ms more, ${Math.round(beyond)} ms beyond its lease`,
          `${k} 被认为还有效 ${leftMs} 毫秒，超出租约 ${Math.round(beyond)} 毫秒`,
        ),
      );
    const newest = this.#newest;
    if (newest && (n <= newest.n || k < newest.k))
      this.#found.afterLease.push(
        say(`${k} was taken behind ${newest.k}, which is newer`, `在更新的 ${newest.k} 之后接受了 ${k}`),
      );
    const end = event.ticks + leftMs;
    const before = event.kept.at <= end ? event.kept : (this.#last?.kept ?? event.kept);
    this.#lease = { n, k, end, before };
    this.#newest = this.#lease;
  }

  /** A setpoint that was on its way when it was released is older than that. */
  #released(): void {
    const newest = this.#newest;
    if (!newest) return;
    const ns = this.#control.sent
      .filter(({ isRelease, k, n }) => isRelease && k >= newest.k && n > newest.n)
      .map(({ n }) => n);
    if (ns.length > 0) this.#newest = { ...newest, n: Math.min(...ns) };
  }

  #act(event: ControlEvent, k: number): void {
    const newest = this.#newest;
    if (newest?.k !== k) {
      const { sent } = this.#control;
      if (sent.some((setpoint) => setpoint.k === k))
        this.#found.afterLease.push(
          say(
            `${k} acted while ${newest ? `${newest.k} was the newest` : 'none was taken'}`,
            `${k} 执行时${newest ? `最新的是 ${newest.k}` : '没有任何设定值被接受'}`,
          ),
        );
      else this.#found.forged.push(String(k));
      return;
    }
    const late = this.#overdue(newest, event);
    if (late > TICKS)
      this.#found.afterLease.push(
        say(`${k} acted ${late} ms after the end of its lease`, `${k} 在租约结束 ${late} 毫秒后执行`),
      );
    // Between its look at the clock and its first line the timer may have been quicker.
    if (!this.#lease) this.#owesStop = event;
  }

  #halt(event: ControlEvent): void {
    const owed = this.#owesStop;
    this.#owesStop = undefined;
    if (owed) {
      const after = event.ticks - owed.ticks - keptBetween(owed.kept, event, owed.ticks);
      if (after > STOP_MS) this.#found.lateStop.push(`${Math.round(after)} ms`);
    }
    const lease = this.#lease;
    this.#lease = undefined;
    if (!lease) return;
    const late = this.#overdue(lease, event);
    // What was released, or failed, stops before its end.
    if (event.ticks >= lease.end) this.lateness.push(Math.max(0, late));
    if (late > STOP_MS) this.#found.lateStop.push(`${late} ms (${lease.k})`);
  }

  /** By now, whatever the board does now. */
  #mustHaveStopped(event: ControlEvent): void {
    const lease = this.#lease;
    const late = lease ? this.#overdue(lease, event) : 0;
    const since = this.#owesStop;
    if (since && event.ticks - since.ticks - keptBetween(since.kept, event, since.ticks) > STOP_MS) {
      this.#owesStop = undefined;
      this.#found.lateStop.push(say('not again behind its handler', '处理函数返回后没有再次停止'));
    }
    if (!lease || late <= STOP_MS) return;
    this.#lease = undefined;
    this.#found.lateStop.push(
      say(`never, ${late} ms after the end of ${lease.k}`, `从未执行，${lease.k} 结束已 ${late} 毫秒`),
    );
  }
}

/** Milliseconds between then and an event in which the thread provably was kept from going on. @param from ticks */
function keptBetween(before: Kept, event: ControlEvent, from: number): number {
  const { ms, at } = event.kept;
  const elsewhere = Math.max(0, from - before.at) + Math.max(0, at - event.ticks);
  return Math.max(0, ms - before.ms - elsewhere);
}

/** What the hub sent that it must not: for whoever has no lease, or has said nothing for too long. */
function* sentInVain({ sent, steering, holdMs }: ControlRecord): Generator<string> {
  const words = steering.filter(({ did, isTaken }) => did !== 'released' && isTaken !== false);
  for (const { k, renewedMs, isRelease } of sent) {
    if (isRelease) continue;
    if (steering.some((each) => each.did === 'set' && each.k === k && each.isTaken === false))
      yield say(`the hub sent ${k} of somebody who had no lease`, `中枢发送了无租约者的 ${k}`);
    const last = words
      .filter(({ fromMs }) => fromMs === undefined || fromMs <= renewedMs + TICKS)
      .reduce((newest, { atMs }) => Math.max(newest, atMs ?? Number.POSITIVE_INFINITY), 0);
    if (renewedMs > last + holdMs + CLOCK_SLACK_MS)
      yield say(
        `the hub renewed ${k} ${Math.round(renewedMs - last)} ms after its holder's last word`,
        `持有者最后一次指令 ${Math.round(renewedMs - last)} 毫秒后，中枢仍在续约 ${k}`,
      );
    const over = steering.find((each) => each.did === 'released' && each.isTaken && k <= each.k);
    if (over?.atMs !== undefined && renewedMs > over.atMs + TICKS)
      yield say(`the hub renewed ${k}, which was released`, `中枢续约了已释放的 ${k}`);
  }
}

function breaches(name: string, found: Found): Breach[] {
  const all: Breach[] = [];
  const add = (kind: BreachKind, list: readonly string[], sentence: (shown: string) => string) => {
    if (list.length > 0) all.push({ kind, count: list.length, sentence: sentence(some(list)) });
  };
  add('forged', found.forged, (shown) =>
    say(
      `${name} took setpoints that its hub did not send: ${shown}.`,
      `${name} 接受了中枢没有发送过的设定值：${shown}。`,
    ),
  );
  add('after-lease', found.afterLease, (shown) =>
    say(
      `${name} acted on what had no lease any more: ${shown}.`,
      `${name} 按已无租约的设定值行动：${shown}。`,
    ),
  );
  add('late-stop', found.lateStop, (shown) =>
    say(
      `${name}: its stop ran too late after the end of a lease: ${shown}.`,
      `${name}：租约结束后停止动作执行得太晚：${shown}。`,
    ),
  );
  return all;
}
