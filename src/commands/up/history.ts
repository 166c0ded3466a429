import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { MemoryStore } from '../../store/memory.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { countOf, wholeNumber } from '../history/words.ts';
import { storeFolder } from '../history-source.ts';
import { bytesText } from '../sizes.ts';

export interface KeepOptions {
  data: string;
  /** In memory only. */
  memory?: boolean;
  /** Milliseconds that samples are kept; as long as they fit unless told. */
  keep?: number;
  /** Bytes on disk. */
  maxSize?: number;
}

/** Bytes on disk unless told: a billion samples and more, and no disk fills because somebody has forgotten a hub. */
const MAX_SIZE = 2e9;

/**
 * Opens what the hub keeps its history in.
 * @param problem told of what is damaged or fails, a sentence each time
 * @throws KitelineError BAD_ARGUMENT, STORE_LOCKED, STORE_VERSION, STORE_FAILED
 */
export async function openKept(options: KeepOptions, problem: (sentence: string) => void): Promise<Store> {
  const { data, memory, keep, maxSize = MAX_SIZE } = options;
  if (memory) {
    if (keep !== undefined || options.maxSize !== undefined) throw onlyOnDisk();
    return new MemoryStore();
  }
  return openSqliteStore(storeFolder(data), {
    maxBytes: maxSize,
    ...(keep !== undefined && { maxAge: keep }),
    onProblem: ({ message }) => problem(message),
  }).catch((error) => {
    throw error instanceof KitelineError && error.code === 'STORE_FAILED' ? withAdvice(error) : error;
  });
}

/** One line for the start: where the history is, and how much is in it. */
export async function keptLine(store: Store): Promise<string> {
  const { folder, points, boards, bytes } = await store.info();
  if (folder === undefined) {
    return say(
      'The history is kept in memory only, and goes with this hub.',
      '历史数据只保存在内存中，随中枢结束而丢失。',
    );
  }
  if (points === 0) return say(`The history is kept in ${folder}.`, `历史数据保存在 ${folder}。`);
  return say(
    `The history is kept in ${folder}: ${countOf(points, 'point')} of ${countOf(boards, 'board')}, ${bytesText(bytes)}.`,
    `历史数据保存在 ${folder}：${boards} 块板子的 ${wholeNumber(points)} 个数据点，${bytesText(bytes)}。`,
  );
}

function onlyOnDisk(): KitelineError {
  return new KitelineError(
    'BAD_ARGUMENT',
    say(
      '--keep and --max-size are for the history on disk: leave them out, or --memory.',
      '--keep 和 --max-size 用于磁盘上的历史数据：请去掉它们，或去掉 --memory。',
    ),
  );
}

function withAdvice(error: KitelineError): KitelineError {
  return new KitelineError(
    error.code,
    say(
      `${error.message} For the hub choose its folder with --data, or do without a disk with --memory.`,
      `${error.message} 请用 --data 为中枢另选文件夹，或用 --memory 不使用磁盘。`,
    ),
    { cause: error },
  );
}
