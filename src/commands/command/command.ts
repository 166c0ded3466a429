import { KitelineError, systemCode } from '../../errors.ts';
import type { BoardInfo } from '../../hub/boards.ts';
import { type CommandOutcome, reasonSentence } from '../../hub/command-outcomes.ts';
import { say } from '../../language.ts';
import { nearFirst } from '../../near.ts';
import { type Json, RPC, type RpcError } from '../../wire/index.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import { findHub, type HubAddress, type HubOptions } from '../hub-file.ts';
import { presenceText } from '../presence.ts';
import { interruption, print, printable, printableJson, printableLines, tell } from '../terminal.ts';
import { parseDeadline } from './deadline.ts';
import { parseArguments } from './values.ts';

export interface CommandCliOptions extends HubOptions {
  /** As it was typed. */
  deadline?: string;
  json?: boolean;
}

/** Commands that a sentence lists. */
const MOST_COMMANDS = 20;

/**
 * Has a board run a command; the exit code is 0 when it was done.
 * @throws KitelineError BAD_ARGUMENT; NO_HUB; USAGE for a board that nobody knows and for whatever was not done
 */
export async function runCommand(
  name: string,
  command: string,
  pairs: string[],
  options: CommandCliOptions,
): Promise<void> {
  const deadline = options.deadline === undefined ? undefined : parseDeadline(options.deadline);
  const interrupted = interruption();
  const hub = await findHub(options);
  const board = await boardOf(hub, name);
  const args = parseArguments(pairs, board && announced(board, command));
  if (!board) {
    tell(
      say(
        `${printable(name)} has not been back since the hub was started; waiting for it.`,
        `中枢启动以来 ${printable(name)} 还没有恢复连接；正在等待。`,
      ),
    );
  } else if (board.presence?.state === 'lost') {
    tell(
      say(
        `${printable(name)} is not there (${presenceText(board, Date.now())}); waiting for it.`,
        `${printable(name)} 不在线（${presenceText(board, Date.now())}）；正在等待。`,
      ),
    );
  }
  const body = JSON.stringify({ name: command, args, ...(deadline !== undefined && { deadline }) });
  const outcome = await post(hub, name, body, interrupted);
  if (options.json) {
    await print(`${printableJson(JSON.stringify(outcome))}\n`);
    if (outcome.outcome !== 'done') process.exitCode = 1;
    return;
  }
  if (outcome.outcome !== 'done') throw new KitelineError('USAGE', sentenceOf(outcome, name, command));
  if (outcome.result === null) tell(say('Done.', '完成。'));
  else await print(`${resultText(outcome.result)}\n`);
}

/** @returns undefined for one that is known and not back yet. @throws KitelineError USAGE for one that takes no commands, or that nobody knows */
async function boardOf(hub: HubAddress, name: string): Promise<BoardInfo | undefined> {
  const response = await askHub(hub, '/api/v1/boards', 'application/json');
  const { boards } = await jsonOf<{ boards: BoardInfo[] }>(response, hub.url);
  const board = boards.find((one) => one.name === name);
  if (!board) {
    // Of one that has not been heard since the hub was started history may be stored; else the hub says which boards there are.
    await (
      await askHub(hub, `/api/v1/boards/${encodeURIComponent(name)}`, 'application/json')
    ).body?.cancel();
    return undefined;
  }
  if (board.presence) return board;
  throw new KitelineError(
    'USAGE',
    say(
      `${printable(name)} takes no commands: its program sends to the hub, but has not said hello, as one with the board library does.`,
      `${printable(name)} 不接受命令：它的程序向中枢发送数据，但没有发过 hello；使用板子库的程序会发。`,
    ),
  );
}

function announced({ commands = {} }: BoardInfo, command: string) {
  return Object.hasOwn(commands, command) ? commands[command]?.args : undefined;
}

async function post(
  hub: HubAddress,
  name: string,
  body: string,
  interrupted: AbortSignal,
): Promise<CommandOutcome> {
  const path = `/api/v1/boards/${encodeURIComponent(name)}/commands`;
  const headers = { 'content-type': 'application/json' };
  try {
    const response = await askHub(hub, path, 'application/json', {
      method: 'POST',
      headers,
      body,
      signal: interrupted,
    });
    return JSON.parse(await response.text());
  } catch (cause) {
    if (interrupted.aborted) throw new KitelineError('USAGE', givenUpSentence());
    if (cause instanceof KitelineError && (cause.code !== 'NO_HUB' || wasRefused(cause))) throw cause;
    throw new KitelineError(
      'USAGE',
      say(
        'The hub has gone before it answered: whether the command ran is not known.',
        '中枢在回答之前已离开：命令是否执行无从得知。',
      ),
      { cause },
    );
  }
}

const givenUpSentence = (): string =>
  say(
    'Given up: it does not run if it has not begun; whether it has is not known.',
    '已取消：若尚未开始则不会执行；是否已经开始无从得知。',
  );

/** Whether nobody was there to take the request; fetch tells the system's error as the cause of its own. */
const wasRefused = ({ cause }: KitelineError): boolean =>
  cause instanceof Error && systemCode(cause.cause) === 'ECONNREFUSED';

function sentenceOf(
  outcome: Exclude<CommandOutcome, { outcome: 'done' }>,
  board: string,
  command: string,
): string {
  if (outcome.outcome === 'failed') return failedSentence(outcome.error, board, command);
  // In the language of whoever reads it here; a newer hub may give a reason that only it can put into words.
  return reasonSentence(outcome.why, printable(board)) ?? printable(outcome.message);
}

function failedSentence({ code, message, data }: RpcError, name: string, command: string): string {
  const board = printable(name);
  const text = printable(message);
  const told = typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {};
  switch (code) {
    case RPC.METHOD_NOT_FOUND: {
      const commands = Array.isArray(told.commands) ? told.commands.map(String) : [];
      const shown = nearFirst(command, commands).slice(0, MOST_COMMANDS).map(printable).join(', ');
      const wanted = printable(command);
      return commands.length === 0
        ? say(`${board} has no command ${wanted}.`, `${board} 没有命令 ${wanted}。`)
        : say(
            `${board} has no command ${wanted}. It has: ${shown}.`,
            `${board} 没有命令 ${wanted}。现有：${shown}。`,
          );
    }
    case RPC.INVALID_PARAMS: {
      const why = text.replace(`${printable(command)}: `, ''); // which a board puts in front, for whoever sees no more than that
      return say(
        `${board} did not run ${printable(command)}: ${why}`,
        `${board} 没有执行 ${printable(command)}：${why}`,
      );
    }
    case RPC.STOPPED:
      return say(
        `${board} began it, and stopped it at the deadline.`,
        `${board} 已开始执行，但在截止时间停止了它。`,
      );
    case RPC.RESULT_TOO_LONG:
      return say(
        `${board} ran it; its result is too long to be sent.`,
        `${board} 已执行；结果过长，无法发送。`,
      );
    default: {
      const sentence = say(`It failed on ${board}: ${text}`, `${board} 执行失败：${text}`);
      return typeof told.traceback === 'string'
        ? `${sentence}\n${printableLines(told.traceback.trimEnd())}`
        : sentence;
    }
  }
}

const resultText = (result: Json): string =>
  typeof result === 'string' ? printable(result) : printableJson(JSON.stringify(result));
