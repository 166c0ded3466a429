import type { Context } from 'hono';
import type * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { BoardHandle, CommandOptions } from '../hub/board-handle.ts';
import type { CommandOutcome } from '../hub/command-outcomes.ts';
import type { Hub } from '../hub/hub.ts';
import { say } from '../language.ts';
import { limits } from '../wire/index.ts';
import { type Accepted, wantsNoWait } from './accepted.ts';
import { NewCommand } from './api/schemas/commands.ts';
import { isJson, membersIn, readAs } from './json-body.ts';
import { problem } from './problem.ts';
import { orSilence } from './silence.ts';

/** Bytes of a body: a command's line, written with room. */
export const MAX_COMMAND = 2 * limits.lineBytes;

/**
 * `POST /api/v1/boards/NAME/commands`: has a board run a command, answered with what became of it: whoever leaves has given it up.
 * With `Prefer: respond-async` it is accepted at once, and can be looked up.
 * @throws KitelineError BAD_ARGUMENT, NOT_FOUND, STORE_FAILED
 */
export async function postCommand(c: Context, hub: Hub, clock: Clock, accepted: Accepted): Promise<Response> {
  if (!isJson(c)) {
    const detail = say(
      'Send the command as JSON, with "Content-Type: application/json".',
      '请以 JSON 发送命令，并带上“Content-Type: application/json”。',
    );
    return problem(c, 415, detail);
  }
  const board = c.req.param('name') ?? '';
  const handle = await hub.findBoard(board);
  const body = readAs(NewCommand, await membersIn(c));
  if (!body) {
    const detail = say(
      'The body is a JSON object such as {"name":"led","args":{"on":true},"deadline":5000}.',
      '请求内容应为 JSON 对象，例如 {"name":"led","args":{"on":true},"deadline":5000}。',
    );
    return problem(c, 400, detail);
  }
  if (wantsNoWait(c)) return accept(c, handle, body, accepted);
  const gone = new AbortController();
  const left = () => gone.abort();
  c.req.raw.signal.addEventListener('abort', left, { once: true });
  const options: CommandOptions = {
    signal: gone.signal,
    ...(body.deadline !== undefined && { deadline: body.deadline }),
  };
  const outcome = handle.command(body.name, body.args, options);
  const soon = await orSilence(outcome, clock);
  return soon === 'silence'
    ? c.body(whenSettled(outcome, clock, left), 200, { 'Content-Type': 'application/json' })
    : c.json(soon);
}

/** 202, and where it can be looked up. */
async function accept(
  c: Context,
  board: BoardHandle,
  { name, args, deadline }: z.infer<typeof NewCommand>,
  accepted: Accepted,
): Promise<Response> {
  if (accepted.isFull) {
    const detail = say(
      'Too many commands are open that nobody waits for: try again soon.',
      '未等待结果的命令过多，请稍后再试。',
    );
    return problem(c, 503, detail);
  }
  const info = await accepted.take(board, name, args, deadline === undefined ? {} : { deadline });
  c.header('Location', `/api/v1/commands/${info.id}`);
  c.header('Preference-Applied', 'respond-async');
  return c.json(info, 202);
}

/** An answer that takes long: white space, which JSON allows in front, keeps the connection from being taken for dead. */
function whenSettled(
  outcome: Promise<CommandOutcome>,
  clock: Clock,
  left: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let isFirst = true;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const now = isFirst ? 'silence' : await orSilence(outcome, clock);
        isFirst = false;
        controller.enqueue(encoder.encode(now === 'silence' ? ' ' : JSON.stringify(now)));
        if (now !== 'silence') controller.close();
      },
      cancel: left,
    },
    { highWaterMark: 0 },
  );
}
