import { createReadStream } from 'node:fs';
import { KitelineError, systemCode } from '../../errors.ts';
import type { ImportCounts, ImportRow } from '../../http/import-rows.ts';
import { say } from '../../language.ts';
import { wholeNumber } from '../history/words.ts';
import { type HistorySource, openHistory } from '../history-source.ts';
import type { HubOptions } from '../hub-file.ts';
import { interruption, printable, tell } from '../terminal.ts';
import { BadLine, type FoundRow, rowsIn } from './rows.ts';

/** Rows, and about how many characters, that are sent at once. */
const ROWS = 5_000;
const CHARACTERS = 1024 * 1024;

/**
 * Brings back what `kiteline export` wrote; what is stored already is not stored again.
 * @param file `-` for stdin
 * @throws KitelineError USAGE for a file that cannot be read, a line that is no row, a hub that refuses; NO_HUB
 */
export async function importHistory(file: string, options: HubOptions): Promise<void> {
  const interrupted = interruption();
  const source = await openHistory(options, { writes: true, creates: true });
  const import_ = new Import(source, interrupted);
  try {
    for await (const row of rowsIn(partsOf(file))) await import_.add(row);
    await import_.flush();
  } catch (error) {
    if (error instanceof BadLine) await import_.flush();
    import_.clear();
    throw interrupted.aborted ? interruptedError() : told(error, file);
  } finally {
    await source.close();
  }
  import_.clear();
  tell(doneSentence(file, import_.counts));
}

/** Gathers rows, sends them, and says how far it is. */
class Import {
  readonly counts: ImportCounts = { added: 0, present: 0, leftOut: 0 };
  readonly #source: HistorySource;
  readonly #interrupted: AbortSignal;
  readonly #isLive = process.stderr.isTTY === true;
  #lines: string[] = [];
  #size = 0;
  #last: ImportRow | undefined;

  constructor(source: HistorySource, interrupted: AbortSignal) {
    this.#source = source;
    this.#interrupted = interrupted;
  }

  async add({ row }: FoundRow): Promise<void> {
    const isFull = this.#lines.length >= ROWS || this.#size >= CHARACTERS;
    // What is of the same moment goes together: else the second of two equal points would look like the first.
    const goesOn = isSameMoment(row, this.#last) && this.#lines.length < 2 * ROWS;
    if (isFull && !goesOn) await this.flush();
    const line = JSON.stringify(row);
    this.#lines.push(line);
    this.#size += line.length;
    this.#last = row;
  }

  async flush(): Promise<void> {
    this.#interrupted.throwIfAborted();
    if (this.#lines.length === 0) return;
    const body = this.#lines.join('\n');
    this.#lines = [];
    this.#size = 0;
    const became = await this.#source.send<ImportCounts>('/api/v1/import', 'application/jsonl', body);
    for (const name of ['added', 'present', 'leftOut'] as const) this.counts[name] += became[name];
    if (this.#isLive) process.stderr.write(`\r${progress(this.counts)}`);
  }

  /** The line of progress goes. */
  clear(): void {
    if (this.#isLive) process.stderr.write('\r\u001b[K');
  }
}

const isSameMoment = (a: ImportRow, b: ImportRow | undefined): boolean =>
  b !== undefined &&
  a.t === b.t &&
  a.board === b.board &&
  ('metric' in a ? a.metric : '') === ('metric' in b ? b.metric : '');

const partsOf = (file: string): AsyncIterable<Uint8Array> =>
  file === '-' ? process.stdin : createReadStream(file);

function told(error: unknown, file: string): unknown {
  if (error instanceof BadLine) {
    return new KitelineError(
      'USAGE',
      say(
        `${printable(file)}, ${lowerFirst(error.message)} What stands before it is imported: correct the line and run the same again.`,
        `${printable(file)}：${error.message}它之前的内容已导入：改正该行后再次运行即可。`,
      ),
    );
  }
  if (error instanceof KitelineError || systemCode(error) === undefined) return error;
  return new KitelineError(
    'USAGE',
    say(`${printable(file)} cannot be read.`, `无法读取 ${printable(file)}。`),
    { cause: error },
  );
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const interruptedError = () =>
  new KitelineError(
    'USAGE',
    say('Interrupted: run the same again, and it goes on.', '已中断：再次运行同一命令即可继续。'),
  );

function progress({ added, present }: ImportCounts): string {
  return say(
    `${wholeNumber(added)} imported, ${wholeNumber(present)} were there`,
    `已导入 ${wholeNumber(added)} 条，原有 ${wholeNumber(present)} 条`,
  );
}

function doneSentence(file: string, counts: ImportCounts): string {
  const { leftOut } = counts;
  const left =
    leftOut === 0
      ? ''
      : say(
          `; ${wholeNumber(leftOut)} were not taken: too old, or too many boards or series`,
          `；${wholeNumber(leftOut)} 条未被接收：过旧，或板子、序列过多`,
        );
  return `${printable(file)}${say(':', '：')} ${progress(counts)}${left}${say('.', '。')}`;
}
