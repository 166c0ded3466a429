import { extname } from 'node:path';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { countOf, wholeNumber } from '../history/words.ts';
import { openHistory, wholeBody } from '../history-source.ts';
import type { HubOptions } from '../hub-file.ts';
import { interruptedError, writeAll, writeWhole } from '../output-file.ts';
import { parseRangeOptions, queryString, type RangeOptions, rangeQuery } from '../range-options.ts';
import { interruption, print, tell } from '../terminal.ts';
import { RowCounter } from './row-counter.ts';

export interface ExportOptions extends HubOptions, RangeOptions {
  format?: 'csv' | 'jsonl';
  texts?: boolean;
  output?: string;
}

const TYPES = { csv: 'text/csv', jsonl: 'application/jsonl' };

/**
 * Writes points or texts as they come, however many there are.
 * @throws KitelineError BAD_ARGUMENT; USAGE for what is not there, a file that cannot be written, an export that was cut
 */
export async function exportHistory(
  board: string | undefined,
  metric: string | undefined,
  options: ExportOptions,
): Promise<void> {
  const { texts } = options;
  const output = options.output === '-' ? undefined : options.output;
  const format = options.format ?? formatByName(output);
  const range = parseRangeOptions(options, Date.now());
  if (texts && metric !== undefined) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say('Texts have no metric: leave it out, or --texts.', '文本没有指标：请去掉指标，或去掉 --texts。'),
    );
  }
  const interrupted = interruption();
  const source = await openHistory(options);
  try {
    const query = queryString({
      board,
      metric,
      ...rangeQuery(range),
      format,
      texts: texts ? 1 : undefined,
    });
    const response = await source.ask(`/api/v1/export${query}`, TYPES[format], interrupted);
    const counter = new RowCounter(format);
    const parts = counted(wholeBody(response, interrupted), counter);
    if (output === undefined) {
      for await (const part of parts) await print(part);
      if (counter.rows === 0) tell(nothingSentence(texts ?? false));
      return;
    }
    await writeWhole(output, (part) => writeAll(part, parts));
    tell(doneSentence(output, counter.rows, texts ?? false));
  } catch (error) {
    throw interrupted.aborted ? interruptedError(output) : error;
  } finally {
    await source.close();
  }
}

async function* counted(parts: AsyncIterable<Uint8Array>, counter: RowCounter): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    counter.add(part);
    yield part;
  }
}

/** Names that promise what neither format is. */
const OTHERS = [
  '.json',
  '.xlsx',
  '.xls',
  '.ods',
  '.tsv',
  '.xml',
  '.db',
  '.sqlite',
  '.parquet',
  '.gz',
  '.zip',
];

function formatByName(file: string | undefined): 'csv' | 'jsonl' {
  const ending = extname(file ?? '').toLowerCase();
  if (['.jsonl', '.ndjson'].includes(ending)) return 'jsonl';
  if (!OTHERS.includes(ending)) return 'csv';
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `There is no format for ${ending}: let the name end in .csv or .jsonl, or say --format.`,
      `没有对应 ${ending} 的格式：请让文件名以 .csv 或 .jsonl 结尾，或用 --format 指明。`,
    ),
  );
}

const nothingSentence = (texts: boolean): string =>
  texts
    ? say('There are no such texts.', '没有符合条件的文本。')
    : say('There are no such points.', '没有符合条件的数据点。');

function doneSentence(file: string, rows: number, texts: boolean): string {
  const count = wholeNumber(rows);
  return texts
    ? say(`Written to ${file}: ${countOf(rows, 'text')}.`, `已写入 ${file}：${count} 条文本。`)
    : say(`Written to ${file}: ${countOf(rows, 'point')}.`, `已写入 ${file}：${count} 个数据点。`);
}
