import { say } from '../../language.ts';
import type { StoreCheck } from '../../store/store.ts';
import { countOf, wholeNumber } from '../history/words.ts';
import { openHistory } from '../history-source.ts';
import type { HubOptions } from '../hub-file.ts';
import { print, printable } from '../terminal.ts';

/** Exit code 1 when anything is damaged. @throws KitelineError USAGE when there is neither a hub nor a store */
export async function storeCheck(options: HubOptions): Promise<void> {
  const source = await openHistory(options, { quiet: true }); // every damage is in the answer
  const { points, texts, damage } = await source
    .json<StoreCheck>('/api/v1/store/check')
    .finally(() => source.close());
  const read = say(
    `${countOf(points, 'point')} and ${countOf(texts, 'text')} read`,
    `已读取 ${wholeNumber(points)} 个数据点和 ${wholeNumber(texts)} 条文本`,
  );
  if (damage.length === 0) {
    await print(`${read}${say(': all is well.', '：一切完好。')}\n`);
    return;
  }
  await print(damage.map((sentence) => `${printable(sentence)}\n`).join(''));
  const count = wholeNumber(damage.length);
  await print(`${read}${say(`; damaged places: ${count}.`, `；损坏 ${count} 处。`)}\n`);
  process.exitCode = 1;
}
