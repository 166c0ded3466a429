/** The key of a virtual board, as whoever starts it hands it over. */
import { readFileSync } from 'node:fs';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';

const KEY = /^[0-9a-f]{64}$/i;

/**
 * @param given 64 hex digits; or a file that holds them, alone or as "key" of a kiteline.json, whose "name" goes with it
 * @throws KitelineError NOT_FOUND for a file that cannot be read, BAD_ARGUMENT for one without a key
 */
export function keyFrom(given: string): { key: string; name?: string } {
  if (KEY.test(given)) return { key: given };
  const text = read(given).trim();
  if (KEY.test(text)) return { key: text };
  const { key, name } = settings(text);
  if (typeof key === 'string' && KEY.test(key)) return typeof name === 'string' ? { key, name } : { key };
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `There is no key in ${given}: it takes 64 hex digits, alone or as "key" in what \`kiteline boards add NAME\` prints.`,
      `${given} 里没有密钥：应为 64 位十六进制数字，单独成文件，或是 \`kiteline boards add NAME\` 所打印内容中的 "key"。`,
    ),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = systemCode(cause);
    // What follows is not shown: it may be a key with a digit too few.
    throw new KitelineError(
      'NOT_FOUND',
      say(
        `--key takes 64 hex digits, or a file with them; what follows it is neither (${code}).`,
        `--key 需要 64 位十六进制数字，或含有它的文件；后面所写的两者都不是（${code}）。`,
      ),
      { cause },
    );
  }
}

function settings(text: string): { key?: unknown; name?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
