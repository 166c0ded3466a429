import type { CommandOutcome } from '../../hub/command-outcomes.ts';
import type { Hub } from '../../hub/hub.ts';
import { isObject, type Json, type JsonObject } from '../../wire/index.ts';
import { topicOf } from './names.ts';
import { jsonOf, textOf } from './values.ts';

/** Commands of MQTT clients that are not settled: more than people and home automation have under way. */
const MOST_OPEN = 1_000;
/** Who steers, for others who want to. */
const HOLDER = 'MQTT';

/** Commands and setpoints that come as `kiteline/BOARD/COMMAND/set`, for boards that are not the broker's: what came of each is published. */
export class SetCommands {
  readonly #hub: Hub;
  readonly #publish: (topic: string, payload: string) => void;
  readonly #ended = new AbortController();
  #open = 0;
  /** How many were not taken, because too many were under way. */
  dropped = 0;

  constructor(hub: Hub, publish: (topic: string, payload: string) => void) {
    this.#hub = hub;
    this.#publish = publish;
  }

  /** Settles when it is told what came of it. */
  async run(board: string, command: string, payload: Uint8Array): Promise<void> {
    if (this.#open >= MOST_OPEN) {
      this.dropped++;
      return;
    }
    this.#open++;
    try {
      this.#tell(board, command, await this.#outcome(board, command, payload));
    } finally {
      this.#open--;
    }
  }

  close(): void {
    this.#ended.abort();
  }

  async #outcome(board: string, command: string, payload: Uint8Array): Promise<CommandOutcome | string> {
    try {
      const handle = await this.#hub.findBoard(board);
      const info = handle.info();
      const control = info?.controls?.[command];
      const offer = control ?? info?.commands?.[command];
      const args = argumentsOf(textOf(payload)?.trim() ?? '', Object.keys(offer?.args ?? {})[0]);
      if (control && !info?.commands?.[command]) {
        // Held for a moment and then left to stop: whoever publishes no more steers no more.
        handle.control(command, { holder: HOLDER, args });
        return { outcome: 'done', result: args };
      }
      return await handle.command(command, args, { signal: this.#ended.signal });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #tell(board: string, command: string, outcome: CommandOutcome | string): void {
    if (typeof outcome !== 'string' && outcome.outcome === 'done')
      this.#publish(topicOf(board, command), answerOf(outcome.result));
    else this.#publish(topicOf(board, command, 'error'), sentenceOf(outcome));
  }
}

/** An object has the arguments by name; anything else is the one that is taken first, or `value`. */
function argumentsOf(text: string, first = 'value'): JsonObject {
  if (text === '') return {};
  const json = jsonOf(text);
  return isObject(json) ? json : { [first]: json };
}

const answerOf = (result: Json): string => (typeof result === 'string' ? result : JSON.stringify(result));

function sentenceOf(outcome: Exclude<CommandOutcome, { outcome: 'done' }> | string): string {
  if (typeof outcome === 'string') return outcome;
  return outcome.outcome === 'failed' ? outcome.error.message : outcome.message;
}
