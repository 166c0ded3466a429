import type { Skips } from '../wire/index.ts';
import type { Reason } from './reasons.ts';
import type { Outcome, Sender } from './round.ts';

/** What became of the messages of one `receive`. */
export interface Receipt {
  messages: number;
  /** Samples that the store has accepted. */
  samples: number;
  texts: number;
  /** Messages that were refused, by reason, in order. */
  refused: Reason[];
  /** Values that were left out of samples. */
  skipped: Skips;
}

/** Messages whose sender waits to be told what became of them: its session has them counted, too. */
export class Post implements Sender {
  readonly receipt: Receipt;
  readonly address: string;
  round = 0;
  readonly #session: Sender;

  constructor(session: Sender, messages: number) {
    this.#session = session;
    this.address = session.address;
    this.receipt = { messages, samples: 0, texts: 0, refused: [], skipped: {} };
  }

  settled(samples: number, texts: number, outcome: Outcome): void {
    this.#session.settled(samples, texts, outcome);
    const { receipt } = this;
    if (outcome === 'STORED') {
      receipt.samples += samples;
      receipt.texts += texts;
    } else {
      for (let i = 0; i < samples + texts; i++) receipt.refused.push(outcome);
    }
  }
}
