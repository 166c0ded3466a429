/** Steers a board on the hub's side, as several holders would who do not ask each other, and writes down what the hub let them do. */
import { setTimeout as wait } from 'node:timers/promises';
import { HubDied } from './hub/hub-process.ts';
import type { LabHub } from './hub/lab-hub.ts';
import type { HubAnswers } from './hub/messages.ts';
import type { SteeringRecord } from './record.ts';
import type { Holder, SteerStep } from './script.ts';

const DID = { take: 'took', set: 'set', renew: 'renewed', release: 'released' } as const;

export class Steerer {
  readonly #hub: LabHub;
  readonly #board: string;
  readonly #changed: (text: string) => void;
  readonly records: SteeringRecord[] = [];
  #k = 0;

  /** @param changed called after each step, with a line for the story */
  constructor(hub: LabHub, board: string, changed: (text: string) => void) {
    this.#hub = hub;
    this.#board = board;
    this.#changed = changed;
  }

  /** All of them, each in its time. */
  async steerAll(holders: readonly Holder[]): Promise<void> {
    await Promise.all(holders.map((holder) => this.#steer(holder)));
  }

  /** Whoever has lost his lease takes it again before his next setpoint, as far as he is let. */
  async #steer(holder: Holder): Promise<void> {
    let isHeld = false;
    for (const step of holder.steps) {
      if (step.afterMs > 0) await wait(step.afterMs);
      await this.#hub.steady();
      if (!isHeld) isHeld = (await this.#do(holder, { does: 'take' })) === true;
      const done = await this.#do(holder, step);
      isHeld = done === true && step.does !== 'release';
    }
  }

  async #do(
    holder: Holder,
    { does, takesMs = 0 }: Pick<SteerStep, 'does' | 'takesMs'>,
  ): Promise<boolean | undefined> {
    const { name, takeover, holdMs } = holder;
    if (does === 'set') this.#k++;
    const k = this.#k;
    const record: SteeringRecord = { holder: name, did: DID[does], isTaken: undefined, k };
    this.records.push(record);
    const args = does === 'set' ? { k, ms: takesMs } : undefined;
    const answer = await this.#ask({ holder: name, takeover, holdMs, does, ...(args && { args }) });
    record.isTaken = answer?.isTaken;
    if (answer) Object.assign(record, { fromMs: answer.fromMs, atMs: answer.atMs });
    this.#changed(
      `${name} ${DID[does]} ${k} ${answer ? (answer.isTaken ? '' : `not: ${answer.why ?? 'it is over'}`) : '?'}`,
    );
    return answer?.isTaken;
  }

  async #ask(
    question: Pick<Holder, 'takeover' | 'holdMs'> &
      Pick<SteerStep, 'does'> & { holder: string; args?: { k: number; ms: number } },
  ): Promise<HubAnswers['steer'] | undefined> {
    if (!this.#hub.up) return { isTaken: false, fromMs: 0, atMs: 0 };
    try {
      return await this.#hub.process.ask({ ask: 'steer', board: this.#board, ...question });
    } catch (error) {
      if (error instanceof HubDied) return undefined;
      throw error;
    }
  }
}
