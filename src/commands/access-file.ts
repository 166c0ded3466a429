import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { KitelineError, systemCode } from '../errors.ts';
import { type AccessToken, ROLES, Tokens } from '../http/access/tokens.ts';
import { say } from '../language.ts';
import { readPrivate, writePrivate } from '../private-file.ts';

const FILE = 'access.json';

/**
 * The tokens in a data folder; whatever changes in them is written there.
 * @param tell told when others could read the file
 * @throws KitelineError USAGE when it cannot be read, or holds something else
 */
export async function openTokens(
  folder: string,
  tell: (sentence: string) => void,
  clock?: Clock,
): Promise<Tokens> {
  const path = join(folder, FILE);
  const keep = async (tokens: readonly AccessToken[]) => {
    try {
      await writePrivate(path, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`);
    } catch (cause) {
      throw trouble(
        `cannot be written (${systemCode(cause)})`,
        `无法写入（${systemCode(cause)}）`,
        path,
        cause,
      );
    }
  };
  const load = () => read(path, tell);
  return new Tokens(await load(), keep, clock, load);
}

async function read(path: string, tell: (sentence: string) => void): Promise<AccessToken[]> {
  const opened = (mode: string) =>
    tell(
      say(
        `Others on this machine could read ${path} (mode ${mode}); now its owner alone can. Whoever has read it can sign in: revoke its tokens with "kiteline access revoke ID".`,
        `本机其他用户曾可读取 ${path}（权限 ${mode}）；现已改为仅所有者可读。读过它的人可以登录：请用“kiteline access revoke ID”撤销其中的令牌。`,
      ),
    );
  let text: string | undefined;
  try {
    text = await readPrivate(path, opened);
  } catch (cause) {
    throw trouble(`cannot be read (${systemCode(cause)})`, `无法读取（${systemCode(cause)}）`, path, cause);
  }
  if (text === undefined) return [];
  const tokens = tokensIn(text);
  if (tokens) return tokens;
  throw trouble(
    'is damaged: remove it, and everybody signs in anew',
    '已损坏：请删除它，所有人需重新登录',
    path,
  );
}

function tokensIn(text: string): AccessToken[] | undefined {
  try {
    const { version, tokens } = JSON.parse(text);
    return version === 1 && Array.isArray(tokens) && tokens.every(isToken) ? tokens : undefined;
  } catch {
    return undefined;
  }
}

function isToken(value: unknown): value is AccessToken {
  if (typeof value !== 'object' || value === null) return false;
  const { id, role, secret, name, since } = value as Record<string, unknown>;
  return (
    typeof id === 'string' &&
    ROLES.some((one) => one === role) &&
    typeof secret === 'string' &&
    secret.length >= 32 &&
    typeof name === 'string' &&
    typeof since === 'number'
  );
}

const trouble = (en: string, zh: string, path: string, cause?: unknown) =>
  new KitelineError('USAGE', say(`${path} ${en}.`, `${path} ${zh}。`), { cause });
