import { inLanguage, say } from '../../language.ts';

/** Why a lease is over. */
export type LeaseEndWhy =
  /** Its holder gave it back; the board's own stop runs at once. */
  | 'RELEASED'
  /** Its holder said nothing for as long as it was to be renewed, or nothing reached the board in time: the board stopped by itself. */
  | 'LAPSED'
  /** An operator took it. */
  | 'TAKEN_OVER'
  /** The board's session ended; without the hub it stops when the lease is over. */
  | 'BOARD_LOST'
  /** The board would not take a setpoint. */
  | 'REFUSED'
  /** The board's handler raised; its stop ran. */
  | 'FAILED'
  /** The board's program ended the stream itself. */
  | 'BOARD_STOPPED'
  /** The hub was closed. */
  | 'HUB_CLOSED';

/** How a lease ended. */
export interface LeaseEnd {
  why: LeaseEndWhy;
  /** A sentence. */
  message: string;
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** Who has it now, where it was taken over. */
  by?: string;
}

/** @param detail what the board said, or who took it */
export function leaseEnd(why: LeaseEndWhy, board: string, at: number, detail = ''): LeaseEnd {
  // Told to everybody, whoever's request it comes of.
  const message = inLanguage(undefined, () => SENTENCES[why](board, detail));
  return { why, message, at, ...(why === 'TAKEN_OVER' && { by: detail }) };
}

/** What the `why` of an end means, for a person; undefined for one that is not known here. */
export const endSentence = (why: string, board: string, detail: string): string | undefined =>
  Object.hasOwn(SENTENCES, why) ? SENTENCES[why as LeaseEndWhy](board, detail) : undefined;

const SENTENCES: Record<LeaseEndWhy, (board: string, detail: string) => string> = {
  RELEASED: (board) => say(`It was released; ${board} stops at once.`, `已释放；${board} 立即停止。`),
  LAPSED: (board) =>
    say(
      `Nobody renewed it in time: the lease lapsed, and ${board} stops by itself.`,
      `没有及时续约：租约到期，${board} 自行停止。`,
    ),
  TAKEN_OVER: (_, by) => say(`${by} took it over.`, `已被 ${by} 接管。`),
  BOARD_LOST: (board) =>
    say(
      `The hub lost ${board}, which stops by itself when its lease is over.`,
      `中枢与 ${board} 失去连接；租约到期后它会自行停止。`,
    ),
  REFUSED: (board, detail) =>
    say(
      `${board} refused a setpoint${detail && `: ${detail}`}`,
      `${board} 拒绝了设定值${detail && `：${detail}`}`,
    ),
  FAILED: (board) =>
    say(
      `The handler failed on ${board}, which has stopped; its log says why.`,
      `${board} 的处理函数出错，已停止；原因见其日志。`,
    ),
  BOARD_STOPPED: (board) => say(`${board} ended it and has stopped.`, `${board} 自己结束了控制并已停止。`),
  HUB_CLOSED: (board) => say(`The hub was closed; ${board} stops.`, `中枢已关闭；${board} 停止。`),
};
