/** One run: boards and a hub work, faults strike, everything comes back, and what was seen is written down. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { say } from '../language.ts';
import { Commander } from './commander.ts';
import { Dice } from './dice.ts';
import { strike } from './faults.ts';
import { HubDied } from './hub/hub-process.ts';
import type { LabHub } from './hub/lab-hub.ts';
import type { KeptOfBoard } from './hub/messages.ts';
import { type Files, LabBoard } from './lab-board.ts';
import { anyCall } from './own-orders.ts';
import { type Post, recordOf } from './post.ts';
import type { BoardRecord, RunRecord } from './record.ts';
import type { Moment, Script, Step } from './script.ts';
import { Steerer } from './steerer.ts';
import { Story } from './story.ts';
import { Updater } from './updater.ts';
import { Watch } from './watch.ts';

/** Milliseconds beyond the work of the script for what has not struck yet; then it is left out. */
const OVERTIME_MS = 5_000;
/** Of a program that is not the lab's: milliseconds that it works at least, and that stand for one event of the lab's own. */
const OWN = { workMs: 2_000, eventMs: 15 } as const;
/** Milliseconds for a command when all is well again. */
const REPORT_MS = 5_000;
/** Milliseconds between looks at what a hub stores, until it stays the same. */
const QUIET_MS = 50;

export interface RunOptions {
  script: Script;
  seed: number;
  hub: LabHub;
  library: Files;
  /** What the names of its boards begin with: no board that the hub has seen. */
  name: string;
  /** main.py, where it is not the lab's own. */
  main?: string | undefined;
  /** Milliseconds for whatever must come in the end. */
  patienceMs?: number | undefined;
}

export interface RunSeen {
  record: RunRecord;
  story: readonly string[];
  /** Faults that struck. */
  faults: number;
}

/** @throws Error for what has to do with the lab alone, as when the system gives no port */
export function runOnce(options: RunOptions): Promise<RunSeen> {
  return new Run(options).go();
}

class Run {
  readonly #options: RunOptions;
  readonly #script: Script;
  readonly #hub: LabHub;
  readonly #story = new Story();
  readonly #watch: Watch;
  /** The program is the user's: it makes samples until its board is switched off, and its commands are its own. */
  readonly #isOwn: boolean;
  #posts: Post[] = [];
  #struck = 0;
  /** Faults whose moment has not come. */
  #ahead = 0;
  #isWorkOver = false;
  readonly #workOver = Promise.withResolvers<void>();

  constructor(options: RunOptions) {
    this.#options = options;
    this.#script = options.script;
    this.#hub = options.hub;
    this.#watch = new Watch(options.patienceMs);
    this.#isOwn = options.main !== undefined;
  }

  async go(): Promise<RunSeen> {
    const from = Date.now();
    const lag = monitorEventLoopDelay();
    lag.enable();
    this.#hub.events = {
      arrived: (name, n) => this.#post(name)?.arrived.push(n),
      setpoint: (name, setpoint) => this.#post(name)?.setpoints.push(setpoint),
      told: (name, text) => this.#story.tell('hub', `${name} ${text}`),
      died: (how) => this.#watch.breaks(say(`The hub has ended: ${how}`, `中枢结束了：${how}`)),
    };
    try {
      this.#posts = await Promise.all(this.#script.boards.map((_, i) => this.#makePost(i)));
      const steps = this.#script.steps.map((step) => this.#step(step));
      for (const { board } of this.#posts) board.powerOn();
      await this.#work();
      this.#isWorkOver = true;
      this.#workOver.resolve();
      this.#watch.changed();
      await Promise.all(steps);
      await this.#settle();
      const boards = await this.#records();
      const { clocksJump } = this.#script;
      // How patient it is with a silent hub is up to the user's program.
      const linkHolds = this.#script.linkHolds && !this.#isOwn;
      const { notRecovered, broke } = this.#watch;
      const lagMs = lag.max / 1e6;
      const record = { boards, notRecovered, broke, linkHolds, clocksJump, lagMs, from, to: Date.now() };
      const others = this.#posts.reduce(
        (sum, { board, updater }) => sum + board.strikes + updater.records.length,
        0,
      );
      return { record, story: this.#story.lines, faults: this.#struck + others };
    } finally {
      lag.disable();
      this.#hub.events = undefined;
      await Promise.all(this.#posts.map(({ board }) => board.close()));
      if (this.#script.clocksJump) this.#hub.setClock(0);
    }
  }

  async #makePost(i: number): Promise<Post> {
    const { hub, seed, library, main } = this.#options;
    const name = `${this.#options.name}-${i + 1}`;
    const tell = (what: string) => {
      this.#story.tell(name, what);
      this.#watch.changed();
    };
    const board = await LabBoard.make({
      name,
      script: this.#script.boards[i] as Script['boards'][number],
      hub,
      seed: seed + i,
      library,
      main,
      changed: (event, args) => tell(`${event} ${JSON.stringify(args)}`),
      struck: (what) => this.#story.tell(name, what),
      ended: (how) =>
        this.#watch.breaks(say(`${name}: its program has ended: ${how}`, `${name}：它的程序结束了：${how}`)),
    });
    const commander = new Commander(hub, name, tell);
    const steerer = new Steerer(hub, name, tell);
    const updater = new Updater(hub, board, tell);
    return { board, commander, steerer, updater, arrived: [], setpoints: [] };
  }

  #post(name: string): Post | undefined {
    return this.#posts.find(({ board }) => board.name === name);
  }

  #allOnline = (): boolean => this.#posts.every(({ board }) => board.log.online);

  /** Boards come online, are given commands, and make samples for as long as the script says. */
  async #work(): Promise<void> {
    const what = this.#isOwn
      ? say(
          'the board to come online; does the program make a kiteline.Board() with nothing given, and run it?',
          '板子上线；程序是否创建了不带参数的 kiteline.Board() 并运行它？',
        )
      : say('the boards to come online', '板子上线');
    await this.#watch.must(this.#allOnline, what);
    if (this.#watch.isOver) return;
    const given = this.#posts.flatMap((post) => [
      this.#command(post),
      this.#steer(post),
      post.updater.updateAll(this.#isOwn ? [] : post.board.script.updates),
    ]);
    const { workMs } = this.#script;
    await Promise.all([wait(this.#isOwn ? Math.max(workMs, OWN.workMs) : workMs), ...given]);
    const allCut = () =>
      this.#posts.every(({ board: { air, script } }) => air.connections > script.cuts.length);
    await this.#watch.until(() => this.#watch.isOver || (this.#ahead === 0 && allCut()), OVERTIME_MS);
  }

  async #command({ board, commander }: Post): Promise<void> {
    const { orders } = board.script;
    if (!this.#isOwn) return commander.giveAll(orders);
    const { commands = {} } = await this.#kept(board).catch(() => ({ commands: {} })); // a hub that died tells of itself
    const dice = new Dice(this.#options.seed, board.name.slice(-1));
    await commander.giveAll(orders, () => anyCall(dice, commands));
  }

  async #steer({ board, steerer }: Post): Promise<void> {
    if (!this.#isOwn) await steerer.steerAll(board.script.holders);
  }

  /** One fault, when its moment has come; unless it never does. */
  async #step({ at, fault, board: which = 0 }: Step): Promise<void> {
    const board = this.#posts[which]?.board;
    this.#ahead++;
    const hasCome = await this.#moment(at);
    this.#ahead--;
    this.#watch.changed();
    if (!board || !hasCome) return;
    this.#struck++;
    this.#story.tell('fault', JSON.stringify(fault));
    try {
      const boards = this.#posts.map((post) => post.board);
      await strike(fault, board, { hub: this.#hub, boards, workOver: this.#workOver.promise });
    } catch (error) {
      this.#watch.breaks((error as Error).message);
    }
    this.#story.tell('fault', `${fault.do} is over`);
  }

  /** @returns whether it has come before the work was over */
  async #moment(moment: Moment): Promise<boolean> {
    const { board, after, count, ms } = this.#isOwn ? timed(moment) : moment;
    const log = this.#posts[board]?.board.log;
    const hasCome = () => (log?.counts[after] ?? 0) >= count;
    await this.#watch.until(() => hasCome() || this.#isWorkOver);
    if (!hasCome() || this.#watch.isOver) return false;
    if (ms > 0) await wait(ms);
    return true;
  }

  /** Every fault is over: everything comes back, empties and answers, or that is what is broken. */
  async #settle(): Promise<void> {
    const posts = this.#posts;
    await this.#watch.must(this.#allOnline, say('the boards to come back online', '板子恢复上线'));
    if (!this.#isOwn) {
      for (const { board } of posts) board.stopSamples();
      const allStopped = () => posts.every(({ board }) => board.log.stopped);
      await this.#watch.must(allStopped, say('the programs to make no more samples', '程序停止产生采样'));
    }
    const owed = posts.map(({ board: { log } }) => ({ log, seq: log.queued }));
    const allAcked = () => owed.every(({ log, seq }) => (log.boot?.acked ?? 0) >= seq && log.isFlashEmpty);
    await this.#watch.must(allAcked, say('the queues to empty', '队列清空'));
    const allOut = () => posts.every(({ commander }) => commander.settled);
    await this.#watch.must(allOut, say('the commands to come out', '命令得出结果'));
    const noneSteered = () => posts.every(({ board }) => !board.log.isSteered);
    await this.#watch.must(noneSteered, say('what is steered to stop', '受控设备停止'));
    if (this.#watch.isOver) return;
    // The user's program goes on until its board is switched off, the lab's says how it is.
    await Promise.all(posts.map((post) => (this.#isOwn ? post.board.switchOff() : this.#report(post))));
  }

  async #report({ board, commander }: Post): Promise<void> {
    const report = await commander.give('report', {}, { deadlineMs: REPORT_MS, giveUpMs: 0 });
    if (report.outcome === 'done') return;
    this.#watch.notRecovered.push(
      say(
        `${board.name} does not answer a command when all faults are over: ${JSON.stringify(report)}.`,
        `所有故障结束后 ${board.name} 不回答命令：${JSON.stringify(report)}。`,
      ),
    );
  }

  #kept(board: LabBoard): Promise<KeptOfBoard> {
    return this.#hub.process.ask({ ask: 'board', board: board.name });
  }

  /** None where there is no hub to say what is stored. */
  async #records(): Promise<BoardRecord[]> {
    if (!this.#hub.up) return [];
    try {
      return await Promise.all(this.#posts.map((post) => this.#recordOf(post)));
    } catch (error) {
      if (error instanceof HubDied) return [];
      throw error;
    }
  }

  async #recordOf(post: Post): Promise<BoardRecord> {
    const { board } = post;
    let kept = await this.#kept(board);
    for (let before = ''; this.#isOwn && JSON.stringify(kept.stored) !== before; ) {
      // What a board sent before it was switched off may still be on its way to the disk.
      before = JSON.stringify(kept.stored);
      await wait(QUIET_MS);
      kept = await this.#kept(board);
    }
    return recordOf(post, kept, this.#isOwn);
  }
}

/** A program that is not the lab's may make a sample an hour: faults strike at their time, counted from its first session. */
function timed({ board, after, count, ms }: Moment): Moment {
  if (after === 'power') return { board, after, count, ms };
  return { board, after: 'online', count: 1, ms: count * OWN.eventMs + ms };
}
