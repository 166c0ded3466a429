import { KitelineError } from '../../errors.ts';
import { inLanguage, say } from '../../language.ts';
import { nearFirst } from '../../near.ts';
import type { LeaseEnd } from './ends.ts';
import type { ControlHandle } from './lease.ts';

/** Somebody else holds the control. */
export class HeldError extends KitelineError {
  readonly holder: string;
  /** Milliseconds since 1970 UTC. */
  readonly since: number;

  constructor({ board, control, holder, since }: ControlHandle) {
    const time = new Date(since).toTimeString().slice(0, 8);
    super(
      'HELD',
      say(
        `${holder} holds ${control} of ${board} since ${time}.`,
        `${board} 的 ${control} 自 ${time} 起由 ${holder} 持有。`,
      ),
    );
    this.holder = holder;
    this.since = since;
  }
}

/** Told to everybody, whoever's request it comes of. */
export const takenSentence = (holder: string, from: string) =>
  inLanguage(undefined, () => taken(holder, from));

const taken = (holder: string, from: string) =>
  say(`${holder} took it over from ${from}.`, `${holder} 从 ${from} 处接管。`);

/** A lease that was to go on is over. */
export class LeaseOverError extends KitelineError {
  /** How it ended, where that is still known. */
  readonly end: LeaseEnd | undefined;

  constructor(end: LeaseEnd | undefined) {
    super(
      'LEASE_OVER',
      end?.message ?? say('That lease is over; take the control anew.', '该租约已结束；请重新取得控制权。'),
    );
    this.end = end;
  }
}

/** @param names of those that there are */
export function noControl(board: string, control: string, names: string[]): KitelineError {
  const shown = nearFirst(control, names).join(', ');
  return new KitelineError(
    'NOT_FOUND',
    shown === ''
      ? say(`${board} has no controls.`, `${board} 没有可控制的项目。`)
      : say(
          `${board} has no control ${control}. It has: ${shown}.`,
          `${board} 没有控制项 ${control}。现有：${shown}。`,
        ),
  );
}

export const offlineError = (board: string): KitelineError =>
  new KitelineError(
    'OFFLINE',
    say(
      `${board} is not connected; nothing is kept for it, steer when it is back.`,
      `${board} 没有连接；不会为它保留任何设定值，请等它恢复后再控制。`,
    ),
  );

export const notAllowed = (board: string): KitelineError =>
  new KitelineError(
    'NOT_ALLOWED',
    say(
      `${board} has no key, and this hub steers no boards without one where it is: give it one with "kiteline boards add".`,
      `${board} 没有密钥，而本中枢不控制该处没有密钥的板子：请用“kiteline boards add”为它添加密钥。`,
    ),
  );
