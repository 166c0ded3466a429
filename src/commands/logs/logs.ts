import { say } from '../../language.ts';
import { localTime } from '../history/words.ts';
import { openHistory, wholeBody } from '../history-source.ts';
import type { HubOptions } from '../hub-file.ts';
import { queryString } from '../range-options.ts';
import { interruption, print, printableJson, printableLines, styled, tell } from '../terminal.ts';
import { eventLine, type PlainEvent } from '../watch/event-line.ts';
import { watch } from '../watch/watch.ts';

export interface LogsOptions extends HubOptions {
  lines?: number;
  follow: boolean;
  json?: boolean;
}

const LINES = 20;
/** What of the feed belongs to a log: what the board says, whether it is there, and what it could not say. */
const KINDS: readonly PlainEvent['type'][] = ['log', 'text', 'presence', 'dropped', 'lost'];

interface Row {
  t: number;
  text: string;
}

/**
 * What a board said last, from the store, and then what it says.
 * @throws KitelineError NO_HUB, NOT_FOUND, USAGE
 */
export async function logs(board: string, options: LogsOptions): Promise<void> {
  const past = async (): Promise<Row[]> => {
    const rows = await said(board, options);
    for (const row of rows) await print(`${rowLine(row, board, options.json)}\n`);
    return rows;
  };
  if (!options.follow) {
    if ((await past()).length === 0) {
      tell(say(`${board} has said nothing yet.`, `${board} 还没有任何输出。`));
    }
    return;
  }
  // What comes while the past is read is in both.
  const shown = new Set<string>();
  const keyOf = (t: number, text: string): string => `${t} ${text}`;
  await watch(
    { ...options, board },
    {
      opened: async () => {
        const rows = await past().catch(() => []); // a board that never came has no past yet
        for (const { t, text } of rows) shown.add(keyOf(t, text));
      },
      line(event, json) {
        if (!KINDS.includes(event.type)) return undefined;
        if (event.type === 'log' && shown.delete(keyOf(event.at, event.text))) return undefined;
        return options.json ? printableJson(json) : eventLine(event);
      },
    },
  );
}

/** The newest, the oldest of them first. */
async function said(board: string, { lines = LINES, ...options }: LogsOptions): Promise<Row[]> {
  if (lines === 0) return [];
  const signal = interruption();
  const source = await openHistory(options, { quiet: true });
  try {
    const query = queryString({ board, format: 'jsonl', texts: 1 });
    const response = await source.ask(`/api/v1/export${query}`, 'application/jsonl', signal);
    let rows: Row[] = [];
    const decoder = new TextDecoder();
    let rest = '';
    for await (const part of wholeBody(response, signal)) {
      const texts = (rest + decoder.decode(part, { stream: true })).split('\n');
      rest = texts.pop() ?? '';
      rows = [...rows, ...texts.map((text) => JSON.parse(text) as Row)].slice(-lines);
    }
    return rows;
  } finally {
    await source.close();
  }
}

function rowLine({ t, text }: Row, board: string, json = false): string {
  if (json) return printableJson(JSON.stringify({ type: 'log', board, at: t, text }));
  const [first = '', ...more] = printableLines(text.trimEnd()).split('\n');
  return [`${styled('dim', localTime(t))}  ${first}`, ...more.map((line) => `    ${line}`)].join('\n');
}
