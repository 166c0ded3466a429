import { isIP } from 'node:net';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';

/** What a virtual board is called unless told. */
export const DEFAULT_NAME = 'esp32';

/** @throws KitelineError BAD_ARGUMENT for what cannot be a virtual board's name */
export function checkBoardName(name: string): void {
  if (!/^[\w][\w.-]{0,31}$/u.test(name)) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        `"${name}" cannot be a board's name: letters, digits, "_", "-" and ".", at most 32.`,
        `"${name}" 不能作为板的名字：只能用字母、数字、"_"、"-" 和 "."，最多 32 个字符。`,
      ),
    );
  }
  if (isIP(name) === 0) return;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${name}" cannot be a board's name: it is an IP address, by which the hub calls boards that have no name; --ip gives a board its address.`,
      `"${name}" 不能作为板的名字：它是 IP 地址，而中枢用 IP 地址称呼没有名字的板；板的地址请用 --ip 指定。`,
    ),
  );
}
