import type { Context } from 'hono';
import type { Hub } from '../hub/hub.ts';
import type { UpdateOutcome, UpdateProgress } from '../hub/programs/update.ts';
import { say } from '../language.ts';
import { NewProgram } from './api/schemas/commands.ts';
import { isJson, membersIn, readAs } from './json-body.ts';
import { problem } from './problem.ts';

/** Bytes of a body: a program's most, as base64, with room for names. */
export const MAX_PROGRAM = 1_400_000;

/** The body of `PUT /api/v1/boards/NAME/program`: path → content as base64. */
export interface ProgramBody {
  files: Record<string, string>;
}

/** A line of the answer: the last is the outcome. */
export type ProgramLine = UpdateProgress | UpdateOutcome | { outcome: 'refused'; message: string };

/** Milliseconds without a word, at most: so that nobody takes the connection for dead while the board is on trial. */
const SILENCE_MS = 10_000;

/**
 * Gives a board a new program over the air. The answer is a line of JSON for each step, and one for what became of it. Whoever leaves
 * has given it up: what is on trial then decides by itself.
 * @throws KitelineError NOT_FOUND, BAD_ARGUMENT, NOT_ALLOWED, HELD
 */
export async function putProgram(c: Context, hub: Hub): Promise<Response> {
  const handle = await hub.findBoard(c.req.param('name') ?? '');
  const files = isJson(c) ? filesIn(readAs(NewProgram, await membersIn(c))) : undefined;
  if (!files) {
    const detail = say(
      'The body is JSON such as {"files":{"main.py":"cHJpbnQoMSk="}}: each file of the program as base64.',
      '请求内容应为 JSON，例如 {"files":{"main.py":"cHJpbnQoMSk="}}：每个文件以 base64 编码。',
    );
    return problem(c, 400, detail);
  }
  const gone = new AbortController();
  c.req.raw.signal.addEventListener('abort', () => gone.abort(), { once: true });
  const lines = new Lines(() => gone.abort());
  const outcome = handle.update(files, {
    signal: gone.signal,
    onProgress: (progress) => lines.say(progress),
  });
  // What is wrong with the request is told as any other error is, if it is found at once.
  const early = await Promise.race([outcome, lines.begun]);
  outcome.then(
    (end) => lines.end(end),
    (error: Error) => lines.end({ outcome: 'refused', message: error.message }),
  );
  if (early) lines.end(early);
  return c.body(lines.stream, 200, { 'Content-Type': 'application/x-ndjson', 'X-Accel-Buffering': 'no' });
}

/** Lines of an answer that takes long. */
class Lines {
  readonly stream: ReadableStream<Uint8Array>;
  readonly begun: Promise<undefined>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #begin: () => void = () => {};
  readonly #silence: NodeJS.Timeout;
  readonly #encoder = new TextEncoder();

  constructor(left: () => void) {
    const begun = Promise.withResolvers<undefined>();
    this.begun = begun.promise;
    this.#begin = () => begun.resolve(undefined);
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => {
        this.#close();
        left();
      },
    });
    this.#silence = setInterval(() => {
      this.#begin();
      this.#write('\n');
    }, SILENCE_MS);
  }

  /** Progress that nobody fetches is left out. */
  say(line: ProgramLine): void {
    this.#begin();
    if ((this.#controller?.desiredSize ?? 0) > 0) this.#write(`${JSON.stringify(line)}\n`);
  }

  end(line: ProgramLine): void {
    if (!this.#controller) return;
    this.#write(`${JSON.stringify(line)}\n`);
    this.#controller.close();
    this.#close();
  }

  #write(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text));
  }

  #close(): void {
    this.#controller = undefined;
    clearInterval(this.#silence);
  }
}

function filesIn(body: ProgramBody | undefined): Record<string, Uint8Array> | undefined {
  const entries = Object.entries(body?.files ?? {}).map(([path, text]) => [
    path,
    Buffer.from(text, 'base64'),
  ]);
  return body && Object.fromEntries(entries);
}
