/** The board comes to the hub: its hello, and its first sample. */
import type { RawRepl } from '../../board/raw-repl.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { askHub } from '../hub-client.ts';
import type { HubAddress } from '../hub-file.ts';
import { readEvents } from '../server-events.ts';
import { print, printable, printableLines, tell } from '../terminal.ts';
import { type PlainEvent, valuesText } from '../watch/event-line.ts';

/** Compiling the library takes a board about ten seconds, joining the Wi-Fi some more. */
const ARRIVAL_MS = 90_000;
const KEPT = 2_000; // bytes of what the board printed last

/**
 * Restarts the board and shows what comes of it.
 * @throws KitelineError TIMEOUT with the last that the board printed
 */
export async function awaitArrival(repl: RawRepl, hub: HubAddress, board: string): Promise<void> {
  const late = AbortSignal.timeout(ARRIVAL_MS);
  const over = new AbortController();
  const signal = AbortSignal.any([late, over.signal]);
  const path = `/api/v1/live?board=${encodeURIComponent(board)}`;
  const response = await askHub(hub, path, 'text/event-stream', { signal });
  await repl.restart();
  const printed = listen(repl, signal);
  try {
    for await (const { data } of readEvents(response.body ?? new ReadableStream())) {
      if (await shows(JSON.parse(data) as PlainEvent)) return;
    }
  } catch (error) {
    if (!late.aborted) throw error;
  } finally {
    over.abort();
    await printed.done;
  }
  throw notThere(board, printed.text());
}

/** Whether that was the first sample. */
async function shows(event: PlainEvent): Promise<boolean> {
  if (event.type === 'presence' && event.state === 'online') {
    tell(say(`${printable(event.board)} is online.`, `${printable(event.board)} 已上线。`));
  }
  if (event.type !== 'sample') return false;
  await print(`${printable(event.board)}  ${valuesText(event.values, event.units ?? {})}\n`);
  return true;
}

/** What the board prints meanwhile, the last of it. */
function listen({ reader }: RawRepl, signal: AbortSignal): { done: Promise<void>; text: () => string } {
  let last: Buffer = Buffer.alloc(0);
  const read = async (): Promise<void> => {
    while (!signal.aborted) {
      const bytes = await reader.next(undefined, signal);
      if (bytes) last = Buffer.concat([last, bytes]).subarray(-KEPT);
    }
  };
  // A port that goes away with the restart is no news: the hub is what counts.
  return { done: read().catch(() => {}), text: () => last.toString('utf8').trim() };
}

function notThere(board: string, printed: string): KitelineError {
  const name = printable(board);
  const seconds = ARRIVAL_MS / 1000;
  return new KitelineError(
    'TIMEOUT',
    printed === ''
      ? say(
          `${name} did not come within ${seconds} s, and printed nothing. "kiteline repl" shows what it does (Ctrl-D restarts it).`,
          `${name} 在 ${seconds} 秒内没有连上，也没有打印任何内容。“kiteline repl”可查看它在做什么（Ctrl-D 重启）。`,
        )
      : say(
          `${name} did not come within ${seconds} s. It printed last:\n${printableLines(printed)}`,
          `${name} 在 ${seconds} 秒内没有连上。它最后打印的内容：\n${printableLines(printed)}`,
        ),
  );
}
