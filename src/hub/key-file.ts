import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';
import { readPrivate, writePrivate } from '../private-file.ts';
import { boardNameFault } from './hello.ts';
import { type BoardKey, type KeyEntry, Keys } from './keys.ts';
import { KEY_BYTES, keyId } from './seal.ts';

const FILE = 'keys.json';

export interface OpenKeysOptions {
  clock?: Clock;
  /** Told of what a person should know: the file could be read by others. */
  tell?: (sentence: string) => void;
}

/**
 * The keys in a data folder, and whatever changes in them is written there (STORE_FAILED where it cannot be). Where there is
 * no file, there are no keys.
 * @throws KitelineError USAGE for a file that cannot be read or holds something else: nobody could say which names are closed
 */
export async function openKeys(folder: string, options: OpenKeysOptions = {}): Promise<Keys> {
  const { clock, tell = () => {} } = options;
  const path = join(folder, FILE);
  const load = () => read(path, tell);
  return new Keys({
    entries: await load(),
    load,
    save: (entries) => write(path, entries),
    ...(clock && { clock }),
  });
}

async function read(path: string, tell: (sentence: string) => void): Promise<KeyEntry[]> {
  const opened = (was: string) =>
    tell(
      say(
        `Others on this machine could read ${path} (mode ${was}); now its owner alone can. Whoever has read it has the keys: "kiteline boards rotate NAME" gives a board a new one.`,
        `本机其他用户曾可读取 ${path}（权限 ${was}）；现已改为仅所有者可读。读过它的人就拥有密钥：可用“kiteline boards rotate 名称”更换。`,
      ),
    );
  let text: string | undefined;
  try {
    text = await readPrivate(path, opened);
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'USAGE',
      say(
        `${path} cannot be read (${code}), and without it the hub does not know which names need a key.`,
        `无法读取 ${path}（${code}），中枢因此不知道哪些名称需要密钥。`,
      ),
      { cause },
    );
  }
  if (text === undefined) return [];
  const entries = entriesIn(text);
  if (entries) return entries;
  throw new KitelineError(
    'USAGE',
    say(
      `${path} is damaged, and without it the hub does not know which names need a key: bring it back from a copy, or remove it and give every board a new key.`,
      `${path} 已损坏，中枢因此不知道哪些名称需要密钥：请从备份恢复，或删除它并为每块板子重新添加密钥。`,
    ),
  );
}

async function write(path: string, entries: KeyEntry[]): Promise<void> {
  try {
    await writePrivate(path, textOf(entries));
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'STORE_FAILED',
      say(`${path} cannot be written (${code}).`, `无法写入 ${path}（${code}）。`),
      { cause },
    );
  }
}

function textOf(entries: KeyEntry[]): string {
  const boards = entries.map(({ board, keys }) => ({
    board,
    keys: keys.map(({ key, ...rest }) => ({ ...rest, key: Buffer.from(key).toString('hex') })),
  }));
  return `${JSON.stringify({ version: 1, boards }, null, 2)}\n`;
}

/** @returns undefined when it is not what we write */
function entriesIn(text: string): KeyEntry[] | undefined {
  try {
    const { version, boards } = JSON.parse(text);
    if (version !== 1 || !Array.isArray(boards)) return undefined;
    const entries = boards.map(({ board, keys }): KeyEntry => {
      if (typeof board !== 'string' || boardNameFault(board) !== undefined) throw new Error('no name');
      return { board, keys: keys.map(keyIn) };
    });
    return new Set(entries.map(({ board }) => board)).size === entries.length ? entries : undefined;
  } catch {
    return undefined;
  }
}

function keyIn({ id, key: hex, since, until }: Record<string, unknown>): BoardKey {
  const key = typeof hex === 'string' && /^[0-9a-f]{64}$/.test(hex) ? Buffer.from(hex, 'hex') : undefined;
  if (key?.length !== KEY_BYTES || id !== keyId(key) || !Number.isInteger(since)) throw new Error('no key');
  if (until !== undefined && !Number.isInteger(until)) throw new Error('no time');
  return {
    id,
    key: new Uint8Array(key),
    since: since as number,
    ...(until !== undefined && { until: until as number }),
  };
}
