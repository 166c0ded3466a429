/** Gives a board its commands on the hub's side, and writes down what it is told of each. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../wire/index.ts';
import { HubDied } from './hub/hub-process.ts';
import type { LabHub } from './hub/lab-hub.ts';
import type { HubAnswers } from './hub/messages.ts';
import type { GivenOutcome } from './outcome.ts';
import type { CommandRecord } from './record.ts';
import type { Order } from './script.ts';

type Args = { [name: string]: Json };
type Limits = Pick<Order, 'deadlineMs' | 'giveUpMs'>;
type Call = [name: string, args: Args];

export class Commander {
  readonly #hub: LabHub;
  readonly #board: string;
  readonly #changed: (text: string) => void;
  readonly records: CommandRecord[] = [];

  /** @param changed called after each command and outcome, with a line for the story */
  constructor(hub: LabHub, board: string, changed: (text: string) => void) {
    this.#hub = hub;
    this.#board = board;
    this.#changed = changed;
  }

  /** Whether every command that was given has come out. */
  get settled(): boolean {
    return this.records.every(({ outcome }) => outcome);
  }

  /**
   * Gives all of them, each in its time, whatever becomes of those before.
   * @param call what is called, where the program is not the lab's; undefined where it has nothing to call
   */
  async giveAll(orders: readonly Order[], call: (order: Order) => Call | undefined = callOf): Promise<void> {
    for (const order of orders) {
      if (order.gapMs > 0) await wait(order.gapMs);
      await this.#hub.steady(); // while there is no hub nobody is there to command
      const called = call(order);
      if (called) void this.give(...called, order);
    }
  }

  /** @returns what came of it */
  async give(name: string, args: Args, limits: Limits): Promise<GivenOutcome> {
    const k = this.records.length + 1;
    const record: CommandRecord = { k, name, outcome: undefined };
    this.records.push(record);
    const { deadlineMs, giveUpMs } = limits;
    this.#changed(
      `command ${k} ${name} ${JSON.stringify(args)} within ${deadlineMs} ms${giveUpMs > 0 ? `, given up after ${giveUpMs}` : ''}`,
    );
    Object.assign(record, await this.#ask(name, { ...args, lab: k }, limits));
    this.#changed(`command ${k} came out ${JSON.stringify(record.outcome)}`);
    return record.outcome ?? { outcome: 'not-given' };
  }

  async #ask(name: string, args: Args, { deadlineMs, giveUpMs }: Limits): Promise<HubAnswers['command']> {
    if (!this.#hub.up) return { outcome: { outcome: 'not-given' } };
    try {
      const board = this.#board;
      return await this.#hub.process.ask({ ask: 'command', board, name, args, deadlineMs, giveUpMs });
    } catch (error) {
      if (error instanceof HubDied) return { outcome: { outcome: 'hub-died' } };
      throw error;
    }
  }
}

/** The built-in program's command and its arguments, beside the number of the command. */
function callOf({ name, takesMs }: Order): Call {
  switch (name) {
    case 'slow':
    case 'block':
      return [name, { ms: takesMs }];
    case 'wrong':
      return ['dim', { level: 500 }];
    case 'mark':
      return ['mark', { text: `${takesMs} ${'мс, 很好 🌡 '.repeat(6)}` }];
    case 'missing':
      return ['no such command', {}];
    default:
      return [name, {}];
  }
}
