import { KitelineError } from '../../errors.ts';
import {
  encodeError,
  encodeResult,
  isObject,
  type JsonObject,
  limits,
  type Request,
  RPC,
  type RpcError,
  type RpcId,
} from '../../wire/index.ts';
import type { Asked } from '../asker.ts';
import type { CommandOutcome } from '../command-outcomes.ts';
import { DEADLINE_MS } from '../commands.ts';
import type { Inside } from '../inside.ts';
import type { Session } from '../session.ts';

const NOT_ALLOWED =
  "$command is for programs on the hub's own machine, on a connection that has carried nothing but JSON-RPC";
const NOT_NAMED =
  '$command takes by name: board, name, args (an object, optional), deadline (milliseconds, optional)';

/** Whether it is worth decoding a message before its sender is taken for a board. */
export const looksLikeCommand = (unit: Uint8Array): boolean =>
  Buffer.from(unit.buffer, unit.byteOffset, unit.length).includes('"$command"');

/** A program of this machine has a board run a command; the answer comes when it is settled, those to later ones may come before. */
export function handleCommand({ id, params }: Request, session: Session, inside: Inside): void {
  const fault = session.asker.mayCommand
    ? start(id, params, session, inside)
    : { code: RPC.NOT_ALLOWED, message: NOT_ALLOWED };
  if (fault) session.send(encodeError(id, fault.code, fault.message));
}

/** @returns why it was not started */
function start(id: RpcId, params: Request['params'], session: Session, inside: Inside): RpcError | undefined {
  const { asker } = session;
  const wanted = isObject(params) ? commandOf(params) : undefined;
  if (!wanted) return { code: RPC.INVALID_PARAMS, message: NOT_NAMED };
  const { board, name, args, deadline } = wanted;
  if (!inside.boards.get(board)) {
    const message = `no board ${board} has sent anything since the hub was started`;
    return { code: RPC.INVALID_PARAMS, message };
  }
  let asked: Asked | undefined;
  let isSettled = false;
  let giveUp: () => void;
  try {
    giveUp = inside.commands.start(board, name, args, deadline, (outcome) => {
      isSettled = true;
      if (asked) asker.remove(asked);
      if (!session.isClosed) session.send(answerOf(id, outcome));
    });
  } catch (error) {
    if (!(error instanceof KitelineError)) throw error;
    return { code: RPC.INVALID_PARAMS, message: error.message };
  }
  if (!isSettled) asked = asker.add(giveUp);
  return undefined;
}

function commandOf(
  params: JsonObject,
): { board: string; name: string; args: JsonObject; deadline: number } | undefined {
  const { board, name, args = {}, deadline = DEADLINE_MS } = params;
  if (typeof board !== 'string' || typeof name !== 'string' || typeof deadline !== 'number') return undefined;
  return isObject(args) ? { board, name, args, deadline } : undefined;
}

/** A result that fitted the board's line may not fit this one. */
function answerOf(id: RpcId, outcome: CommandOutcome): Uint8Array {
  const line = encodeResult(id, outcome);
  if (line.length <= limits.lineBytes + 1) return line;
  const message = `the board has answered; its answer does not fit a line of ${limits.lineBytes} bytes`;
  return encodeResult(id, { outcome: 'failed', error: { code: RPC.RESULT_TOO_LONG, message } });
}
