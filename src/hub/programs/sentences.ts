/** What people are told of updates. */
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';

export const needsKey = (board: string): KitelineError =>
  new KitelineError(
    'NOT_ALLOWED',
    say(
      `${board} has no key, and a board without one takes no program over the air: "kiteline boards add ${board}" gives it one, or push by USB.`,
      `${board} 没有密钥，不能通过无线更新程序：用“kiteline boards add ${board}”添加密钥，或通过 USB 推送。`,
    ),
  );

export const isUpdating = (board: string): KitelineError =>
  new KitelineError(
    'HELD',
    say(
      `${board} is getting a new program already: wait until that has ended.`,
      `${board} 正在接收另一个新程序：请等它结束。`,
    ),
  );

export const refusal = (board: string, why: string): string =>
  say(`${board} does not take the new program: ${why}`, `${board} 不接受新程序：${why}`);

export const rolledBack = (board: string, why: string): string =>
  say(
    `The new program failed on ${board} (${why}): the board went back to the one before.`,
    `新程序在 ${board} 上失败（${why}）：板子已恢复之前的程序。`,
  );

export const undelivered = (board: string): string =>
  say(
    `The new program did not get to ${board} in time: it goes on with the one it has.`,
    `新程序未能及时送达 ${board}：它继续运行现有程序。`,
  );

export const undecided = (board: string): string =>
  say(
    `${board} has the new program and has not said yet whether it stays: the board decides by itself, and goes back when the new one does not work.`,
    `${board} 已收到新程序，但尚未报告是否保留：板子会自行判断，新程序不正常时会恢复旧程序。`,
  );
