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
import { checkFunctionName } from '../command-text.ts';
import { DEADLINE_MS } from '../commands.ts';
import type { Inside } from '../inside.ts';
import { mustKnow } from '../known.ts';
import type { Session } from '../session.ts';

const NOT_ALLOWED =
  "$command is for programs on the hub's own machine, on a connection that has carried nothing but JSON-RPC";
const NOT_NAMED =
  '$command takes by name: board, name, args (an object, optional), deadline (milliseconds, optional)';

/** UTF-16 units of a sentence that has the name that was asked for in it: it must fit a line. */
const MESSAGE_LENGTH = 1_024;

/** A program of this machine has a board run a command; the answer comes when it is settled, those to later ones may come before. */
export function handleCommand(
  { id, params }: Request,
  session: Session,
  inside: Inside,
): void | Promise<void> {
  const refuse = ({ code, message }: RpcError) => void session.send(encodeError(id, code, message));
  if (!session.asker.mayCommand) return refuse({ code: RPC.NOT_ALLOWED, message: NOT_ALLOWED });
  const wanted = isObject(params) ? commandOf(params) : undefined;
  if (!wanted) return refuse({ code: RPC.INVALID_PARAMS, message: NOT_NAMED });
  const begin = () => {
    const fault = start(id, wanted, session, inside);
    if (fault) refuse(fault);
  };
  if (inside.boards.get(wanted.board)) return begin();
  // Its history may be stored. The sender is not read from until that is known.
  return mustKnow(wanted.board, inside).then(
    () => {
      if (!session.isClosed) begin(); // nobody has given up meanwhile
    },
    (error: unknown) => refuse(faultOf(error, inside)),
  );
}

function faultOf(error: unknown, { handlers }: Inside): RpcError {
  if (error instanceof KitelineError && error.code === 'NOT_FOUND')
    return { code: RPC.INVALID_PARAMS, message: error.message.slice(0, MESSAGE_LENGTH) };
  handlers.problem({ what: 'store failed', error });
  return { code: RPC.INTERNAL, message: 'the store failed, which might know this board: ask again later' };
}

/** @returns why it was not started */
function start(
  id: RpcId,
  { board, name, args, deadline }: Wanted,
  session: Session,
  inside: Inside,
): RpcError | undefined {
  const { asker } = session;
  let asked: Asked | undefined;
  let isSettled = false;
  let giveUp: () => void;
  try {
    checkFunctionName(name);
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

interface Wanted {
  board: string;
  name: string;
  args: JsonObject;
  /** Milliseconds. */
  deadline: number;
}

function commandOf(params: JsonObject): Wanted | undefined {
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
