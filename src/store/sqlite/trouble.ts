import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';
import { isCorrupt } from './database.ts';
import type { Salvaged } from './salvage.ts';

/** SQLITE_FULL (sqlite.org/rescode.html). */
const FULL = 13;
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** What went wrong with the store's files, for a person. */
export function storeFailed(folder: string, error: unknown): KitelineError {
  if (error instanceof KitelineError) return error;
  return new KitelineError('STORE_FAILED', sentenceOf(folder, error), { cause: error });
}

function sentenceOf(folder: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  if (NO_ROOM.includes(systemCode(error) ?? '') || (error as { errcode?: number })?.errcode === FULL) {
    return say(
      `The disk is full: nothing more can be stored in ${folder} until there is room, and senders are told so.`,
      `磁盘已满：腾出空间之前，${folder} 中无法再保存数据，发送方会得到通知。`,
    );
  }
  if (isCorrupt(error)) {
    return say(
      `The database in ${folder} is damaged (${why}). A hub that runs with this folder (kiteline up) sets it aside, deletes nothing, and brings what can be read of it into a new one.`,
      `${folder} 中的数据库已损坏（${why}）。使用该文件夹运行中枢（kiteline up）时，它会被改名保存，不会删除任何内容，能读出的部分会放入新的数据库。`,
    );
  }
  return say(`${folder} could not be written or read: ${why}.`, `${folder} 无法写入或读取：${why}。`);
}

/** @param salvaged what of it is in the new database; undefined where that failed */
export function setAsideSentence(
  path: string,
  error: unknown,
  salvaged: Salvaged | undefined,
): KitelineError {
  const why = error instanceof Error ? error.message : String(error);
  const { points = 0, series = 0, texts = 0 } = salvaged ?? {};
  return new KitelineError(
    'STORE_FAILED',
    say(
      `The database was damaged (${why}). It has been set aside as ${path}; what could be read of it is in the new one: ${points} points of ${series} series, ${texts} texts. Nothing was deleted.`,
      `数据库已损坏（${why}）。它已被改名保存为 ${path}；其中能读出的内容已放入新的数据库：${series} 个序列的 ${points} 个数据点，${texts} 条文本。没有删除任何内容。`,
    ),
    { cause: error },
  );
}

export function notSetAside(folder: string): KitelineError {
  return new KitelineError(
    'STORE_FAILED',
    say(
      `The database in ${folder} is damaged and could not be set aside: what it holds cannot be read until it can. What comes meanwhile is kept in the log.`,
      `${folder} 中的数据库已损坏，且未能改名保存：在此之前无法读取其中的内容。其间收到的数据保存在日志中。`,
    ),
  );
}

export function openedReadOnly(folder: string): KitelineError {
  return new KitelineError(
    'BAD_ARGUMENT',
    say(
      `The store in ${folder} was opened to be read: nothing can be appended.`,
      `${folder} 中的数据存储以只读方式打开：不能写入数据。`,
    ),
  );
}

export function logLeft(folder: string): KitelineError {
  return new KitelineError(
    'BAD_ARGUMENT',
    say(
      `The log in ${folder} holds what the database does not, and a store opened to be read leaves both as they are: back it up without read only.`,
      `${folder} 中的日志含有数据库尚未保存的内容，而只读方式不会改动任何文件：请以非只读方式备份。`,
    ),
  );
}

export function tooOldSentence(board: string, at: number): KitelineError {
  const time = new Date(at).toISOString();
  return new KitelineError(
    'STORE_FAILED',
    say(
      `${board} sends samples of ${time}, older than anything that is kept, so they are not shown. Set the board's clock (ntptime.settime()), or leave $t out.`,
      `${board} 发来 ${time} 的采样，早于保留期限，因此不会显示。请设置板子的时钟（ntptime.settime()），或者不要发送 $t。`,
    ),
  );
}
