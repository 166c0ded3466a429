import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { MAX_TIME } from './chunk/index.ts';
import type { Ack, StoredSample, StoredText } from './store.ts';

/** Whether a store takes it: whole milliseconds that a Date can hold. */
const isTime = (at: number): boolean => Number.isInteger(at) && Math.abs(at) <= MAX_TIME;

/** @throws KitelineError BAD_ARGUMENT for one that no store keeps */
export function checkTime(board: string, at: number): void {
  if (!isTime(at)) throw badTime(board, at);
}

/** @throws KitelineError BAD_ARGUMENT for a number that no store keeps */
export function checkNumbers({ board, values }: StoredSample): void {
  for (const [metric, value] of values) {
    if (typeof value === 'number' && !Number.isFinite(value)) throw badNumber(board, metric, value);
  }
}

/** As they are kept: half a surrogate pair is U+FFFD. @throws KitelineError BAD_ARGUMENT */
export function acceptTexts(texts: readonly StoredText[]): StoredText[] {
  return texts.map(({ board, at, text }) => {
    checkTime(board, at);
    return { board: board.toWellFormed(), at, text: text.toWellFormed() };
  });
}

/** As they are kept: half a surrogate pair is U+FFFD. @throws KitelineError BAD_ARGUMENT */
export function acceptAcks(acks: readonly Ack[]): Ack[] {
  return acks.map(({ board, boot, seq }) => {
    if (!Number.isSafeInteger(seq) || seq < 0) throw badSeq(board, seq);
    return { board: board.toWellFormed(), boot: boot.toWellFormed(), seq };
  });
}

const badTime = (board: string, at: number): KitelineError =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${board}: a time is whole milliseconds since 1970, not ${at}.`,
      `${board}：时间必须是自 1970 年起的整数毫秒，而不是 ${at}。`,
    ),
  );

const badNumber = (board: string, metric: string, value: number): KitelineError =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${board}: "${metric}" is ${value}, and only finite numbers can be kept.`,
      `${board}：“${metric}”的值是 ${value}，只能保存有限的数值。`,
    ),
  );

const badSeq = (board: string, seq: number): KitelineError =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${board}: a sample's number is a whole number from 0 on, not ${seq}.`,
      `${board}：采样序号必须是从 0 开始的整数，而不是 ${seq}。`,
    ),
  );
