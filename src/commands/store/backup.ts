import { stat } from 'node:fs/promises';
import { say } from '../../language.ts';
import { openHistory, wholeBody } from '../history-source.ts';
import type { HubOptions } from '../hub-file.ts';
import { interruptedError, mustBeNew, writeAll, writeWhole } from '../output-file.ts';
import { bytesText } from '../sizes.ts';
import { interruption, tell } from '../terminal.ts';

/** @throws KitelineError USAGE: the file exists or cannot be written, there is neither a hub nor a store, the hub has gone */
export async function storeBackup(file: string, options: HubOptions): Promise<void> {
  const interrupted = interruption();
  await mustBeNew(file);
  // Not just for reading: what is only in the log yet goes into the database first.
  const source = await openHistory(options, { writes: true });
  try {
    await writeWhole(file, async (part) => {
      if (source.store) {
        await source.store.backup(part);
      } else {
        const path = '/api/v1/store/backup';
        const response = await source.ask(path, 'application/vnd.sqlite3', interrupted);
        await writeAll(part, wholeBody(response, interrupted));
      }
      await mustBeNew(file); // meanwhile somebody else may have made it
    });
  } catch (error) {
    throw interrupted.aborted ? interruptedError(file) : error;
  } finally {
    await source.close();
  }
  const { size } = await stat(file);
  tell(
    say(
      `${file} is a whole store (${bytesText(size)}). To use it:`,
      `${file} 是一个完整的数据存储（${bytesText(size)}）。使用方法：`,
    ),
  );
  tell(`  mkdir -p D/store && cp ${quoted(file)} D/store/history.db && kiteline up --data D`);
}

/** As a shell takes it for one word. */
const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
