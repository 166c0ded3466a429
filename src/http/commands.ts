import type { Context } from 'hono';
import type { Clock } from '../clock.ts';
import type { CommandOptions } from '../hub/board-handle.ts';
import type { CommandOutcome } from '../hub/command-outcomes.ts';
import type { Hub } from '../hub/hub.ts';
import { say } from '../language.ts';
import { limits } from '../wire/index.ts';
import { NewCommand } from './api/schemas/commands.ts';
import { isJson, membersIn, readAs } from './json-body.ts';
import { problem } from './problem.ts';
import { orSilence } from './silence.ts';

/** Bytes of a body: a command's line, written with room. */
export const MAX_COMMAND = 2 * limits.lineBytes;

/**
 * `POST /api/v1/boards/NAME/commands`: has a board run a command, answered with what became of it. Whoever leaves has given it up.
 * @throws KitelineError BAD_ARGUMENT, NOT_FOUND, STORE_FAILED
 */
export async function postCommand(c: Context, hub: Hub, clock: Clock): Promise<Response> {
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
