import { say } from '../language.ts';
import { type Json, type Response, RPC, type RpcError } from '../wire/index.ts';

/** What became of a command. Every one of them is true: where nobody can know, it says so. */
export type CommandOutcome =
  /** It ran; `result` is what its handler returned. */
  | { outcome: 'done'; result: Json }
  /** The board refused it, its handler raised, or it was stopped at its deadline. */
  | { outcome: 'failed'; error: RpcError }
  /** It did not run, and will not any more. */
  | { outcome: 'expired'; why: ExpiredWhy; message: string }
  /** It was sent, and what became of it is not known. */
  | { outcome: 'unknown'; why: UnknownWhy; message: string };

export type ExpiredWhy =
  /** The board had no session before the deadline. */
  | 'OFFLINE'
  /** Its turn came, or it arrived, only after the deadline. */
  | 'TOO_LATE'
  /** The board had too many at once. */
  | 'BUSY'
  /** Too many waited for the board already. */
  | 'QUEUE_FULL'
  /** Whoever asked gave it up before it began. */
  | 'CANCELLED'
  /** The board has no key, and such boards are not commanded from where it is. */
  | 'NOT_ALLOWED';

export type UnknownWhy =
  /** The board has not come back before deadline and grace were over. */
  | 'NOT_BACK'
  /** The board is there, and has sent no reply before deadline and grace were over. */
  | 'NO_REPLY'
  /** The board has started again since it was sent. */
  | 'RESTARTED'
  /** The board had it, and does not remember its reply. */
  | 'FORGOTTEN'
  /** The hub was closed before the reply came. */
  | 'HUB_CLOSED';

/** What a board's reply says. @param isCancelled whether the one who asked had given it up */
export function outcomeOf({ result, error }: Response, board: string, isCancelled: boolean): CommandOutcome {
  switch (error?.code) {
    case undefined:
      return { outcome: 'done', result: result ?? null };
    case RPC.EXPIRED:
      return expired(isCancelled ? 'CANCELLED' : 'TOO_LATE', board);
    case RPC.BUSY:
      return expired('BUSY', board);
    case RPC.FORGOTTEN:
      return unknown('FORGOTTEN', board);
    default:
      return { outcome: 'failed', error: error as RpcError };
  }
}

export const expired = (why: ExpiredWhy, board: string): CommandOutcome => ({
  outcome: 'expired',
  why,
  message: EXPIRED[why](board),
});

export const unknown = (why: UnknownWhy, board: string): CommandOutcome => ({
  outcome: 'unknown',
  why,
  message: UNKNOWN[why](board),
});

/** What the `why` of an outcome means, for a person; undefined for one that is not known here. */
export function reasonSentence(why: string, board: string): string | undefined {
  const sentences: Record<string, (board: string) => string> = { ...EXPIRED, ...UNKNOWN };
  return Object.hasOwn(sentences, why) ? sentences[why]?.(board) : undefined;
}

const EXPIRED: Record<ExpiredWhy, (board: string) => string> = {
  OFFLINE: (board) =>
    say(
      `${board} was not connected before the deadline; the command was not sent and will not run.`,
      `截止时间前 ${board} 没有连接；命令没有发出，也不会再执行。`,
    ),
  TOO_LATE: (board) =>
    say(
      `${board} could not begin it before the deadline; it did not run and will not.`,
      `${board} 没能在截止时间前开始执行；命令没有执行，也不会再执行。`,
    ),
  BUSY: (board) =>
    say(
      `${board} is busy with other commands; it did not run this one and will not.`,
      `${board} 正忙于其他命令；这条没有执行，也不会再执行。`,
    ),
  QUEUE_FULL: (board) =>
    say(
      `Too many commands wait for ${board} already; this one was not sent.`,
      `等待 ${board} 的命令过多；这条没有发出。`,
    ),
  CANCELLED: (board) =>
    say(
      `It was given up before ${board} began it; it did not run and will not.`,
      `在 ${board} 开始之前已被取消；命令没有执行，也不会再执行。`,
    ),
  NOT_ALLOWED: (board) =>
    say(
      `${board} has no key, and boards without one are not commanded from where it is; the command was not sent. "kiteline boards add ${board}" gives it a key.`,
      `${board} 没有密钥，不允许向那里的无密钥板子发命令；命令没有发出。“kiteline boards add ${board}”可为它添加密钥。`,
    ),
};

const UNKNOWN: Record<UnknownWhy, (board: string) => string> = {
  NOT_BACK: (board) =>
    say(
      `It was sent, then ${board} was lost and has not come back in time: whether it ran is not known.`,
      `命令已发出，但随后 ${board} 失去连接，没有及时恢复：是否执行了无从得知。`,
    ),
  NO_REPLY: (board) =>
    say(
      `It was sent, and ${board} has not replied in time: it may have run, or run still.`,
      `命令已发出，但 ${board} 没有及时回复：可能已经执行，或仍在执行。`,
    ),
  RESTARTED: (board) =>
    say(
      `It was sent, then ${board} started again: whether it ran before is not known.`,
      `命令已发出，但随后 ${board} 重新启动：之前是否执行了无从得知。`,
    ),
  FORGOTTEN: (board) =>
    say(
      `${board} received it, and does not remember what came of it.`,
      `${board} 收到了命令，但已不记得结果。`,
    ),
  HUB_CLOSED: (board) =>
    say(
      `It was sent to ${board}, then the hub was closed: whether it ran is not known.`,
      `命令已发给 ${board}，但中枢随后关闭：是否执行了无从得知。`,
    ),
};
