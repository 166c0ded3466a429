import { setTimeout } from 'node:timers/promises';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { askHub } from '../hub-client.ts';
import { findHub, type HubOptions } from '../hub-file.ts';
import { readEvents } from '../server-events.ts';
import { interruption, print, printableJson, tell } from '../terminal.ts';
import { eventLine, type PlainEvent } from './event-line.ts';

const RETRY_MS = 1_000; // a hub that restarts is back in seconds; asking a dead port each second costs nothing

/** What is shown of the feed. */
export interface Look {
  /** Undefined: nothing. */
  line(event: PlainEvent, json: string): string | undefined;
  /** Called once, when the feed stands and nothing of it has been shown yet. */
  opened?(): Promise<void>;
}

/**
 * Prints the live feed until Ctrl-C. A hub that goes away is waited for.
 * @throws KitelineError NO_HUB when there is none to begin with
 */
export async function watch(
  options: HubOptions & { board?: string; json?: boolean },
  { line, opened }: Look = { line: options.json ? (_, json) => printableJson(json) : eventLine },
): Promise<void> {
  const interrupted = interruption();
  let wasThere = false;
  while (!interrupted.aborted) {
    try {
      const hub = await findHub(options);
      const query = options.board === undefined ? '' : `?board=${encodeURIComponent(options.board)}`;
      const response = await askHub(hub, `/api/v1/live${query}`, 'text/event-stream', {
        signal: interrupted,
      });
      tell(
        wasThere
          ? say('The hub is back.', '中枢已恢复。')
          : say(
              `Watching ${options.board ?? hub.url}. Ctrl-C ends.`,
              `正在观看 ${options.board ?? hub.url}。按 Ctrl-C 结束。`,
            ),
      );
      if (!wasThere) await opened?.();
      wasThere = true;
      for await (const { data } of readEvents(response.body ?? new ReadableStream())) {
        const text = line(JSON.parse(data) as PlainEvent, data);
        if (text !== undefined) await print(`${text}\n`);
      }
      tell(goneSentence());
    } catch (error) {
      if (interrupted.aborted) return;
      // To begin with there must be a hub; later its absence is only an interruption. Its refusals are final.
      if (!wasThere || (error instanceof KitelineError && error.code !== 'NO_HUB')) throw error;
      if (!(error instanceof KitelineError)) tell(goneSentence());
    }
    await setTimeout(RETRY_MS, undefined, { signal: interrupted }).catch(() => {});
  }
}

const goneSentence = (): string =>
  say('The hub has gone; waiting for it to come back.', '中枢已离开，正在等待它恢复。');
