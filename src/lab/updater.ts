/** Gives a board new programs over the air, one after the other, and writes down what its hub says of each. */
import { setTimeout as wait } from 'node:timers/promises';
import { HubDied } from './hub/hub-process.ts';
import type { LabHub } from './hub/lab-hub.ts';
import type { HubAnswers } from './hub/messages.ts';
import { type LabBoard, programFiles } from './lab-board.ts';
import type { UpdateRecord } from './record.ts';
import type { UpdateStep } from './script.ts';

export class Updater {
  readonly #hub: LabHub;
  readonly #board: LabBoard;
  readonly #changed: (text: string) => void;
  readonly records: UpdateRecord[] = [];

  /** @param changed called after each step, with a line for the story */
  constructor(hub: LabHub, board: LabBoard, changed: (text: string) => void) {
    this.#hub = hub;
    this.#board = board;
    this.#changed = changed;
  }

  async updateAll(updates: readonly UpdateStep[]): Promise<void> {
    for (const [i, { afterMs, isGood, cut }] of updates.entries()) {
      await wait(afterMs);
      await this.#hub.steady();
      const record: UpdateRecord = { n: i + 1, isGood, outcome: undefined };
      this.records.push(record);
      this.#changed(`program ${record.n}, ${isGood ? 'good' : 'bad'}`);
      if (cut) this.#board.cutPower(cut.afterBytes, cut.torn);
      Object.assign(record, await this.#send(record));
      this.#changed(`program ${record.n} came out ${record.outcome} ${record.message ?? ''}`);
    }
  }

  async #send({ n, isGood }: UpdateRecord): Promise<HubAnswers['update']> {
    if (!this.#hub.up) return { outcome: 'not-given' };
    try {
      const files = programFiles(n, isGood);
      return await this.#hub.process.ask({ ask: 'update', board: this.#board.name, files });
    } catch (error) {
      if (error instanceof HubDied) return { outcome: 'hub-died' };
      return { outcome: 'failed', message: (error as Error).message };
    }
  }
}
