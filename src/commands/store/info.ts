import type { StoreAnswer } from '../../http/store.ts';
import { say } from '../../language.ts';
import { localTime, wholeNumber } from '../history/words.ts';
import { openHistory } from '../history-source.ts';
import type { HubOptions } from '../hub-file.ts';
import { bytesText } from '../sizes.ts';
import { columns, print, printable, printableJson, styled } from '../terminal.ts';

/** @throws KitelineError USAGE when there is neither a hub nor a store */
export async function storeInfo(options: HubOptions & { json?: boolean }): Promise<void> {
  const source = await openHistory(options);
  const info = await source.json<StoreAnswer>('/api/v1/store').finally(() => source.close());
  await print(options.json ? `${printableJson(JSON.stringify(info))}\n` : `${infoLines(info).join('\n')}\n`);
}

function infoLines({
  folder,
  bytes,
  boards,
  series,
  points,
  texts,
  oldest,
  newest,
  counts,
}: StoreAnswer): string[] {
  const rows: [string, string][] = [
    [
      say('folder', '文件夹'),
      folder === undefined ? say('none: it is kept in memory', '无：保存在内存中') : printable(folder),
    ],
    [say('size', '大小'), bytesText(bytes)],
    [say('boards', '板子'), wholeNumber(boards)],
    [say('series', '序列'), wholeNumber(series)],
    [say('points', '数据点'), wholeNumber(points)],
    [say('texts', '文本'), wholeNumber(texts)],
  ];
  if (oldest !== undefined) rows.push([say('oldest point', '最早的点'), localTime(oldest)]);
  if (newest !== undefined) rows.push([say('newest', '最新'), localTime(newest)]);
  // Since the store was opened; what is nothing is not said.
  const losses: [number, string][] = [
    [counts.evicted, say('given up for age or size', '因期限或大小而放弃')],
    [counts.evictedBoards, say('boards given up to make room', '为腾出空间而放弃的板子')],
    [counts.tooManySeries, say('values refused, too many metrics', '指标过多而拒绝的值')],
    [counts.tooManyBoards, say('refused, too many boards', '板子过多而拒绝')],
    [counts.tooOld, say('not shown, older than --keep when they came', '到达时已早于 --keep，不显示')],
    [counts.damaged, say('damaged places left out', '损坏而略去之处')],
  ];
  for (const [count, what] of losses) if (count > 0) rows.push([what, wholeNumber(count)]);
  const width = Math.max(...rows.map(([name]) => columns(name)));
  return rows.map(([name, value]) => `${styled('bold', name)}${' '.repeat(width - columns(name))}  ${value}`);
}
