import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { isName, type JsonObject, limits } from '../wire/index.ts';
import { notJson } from './jsonable.ts';

/** UTF-16 units of a command's or method's name. */
const NAME_LENGTH = 64;
/** Bytes that `"$deadline":` and what follows it take at most. */
const TAIL_BYTES = 32;
/** UTF-8 has at most so many bytes for a UTF-16 unit. */
const WIDEST = 3;
/** Milliseconds that a deadline may be away. A day: what a board's ticks tell apart for certain, and longer than boards sleep. */
export const LONGEST_DEADLINE_MS = 86_400_000;

/** Whether a command or a method may be called so: what begins with `$` is the protocol's. */
export const isFunctionName = (name: string): boolean => isName(name, NAME_LENGTH) && !name.startsWith('$');

/** @throws KitelineError BAD_ARGUMENT */
export function checkFunctionName(name: string): void {
  if (typeof name === 'string' && isFunctionName(name)) return;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${JSON.stringify(name)} cannot be the name of a command or method: it has 1 to ${NAME_LENGTH} characters, does not begin with $, and has no control characters.`,
      `${JSON.stringify(name)} 不能作为命令或方法的名称：名称为 1 到 ${NAME_LENGTH} 个字符，不以 $ 开头，不含控制字符。`,
    ),
  );
}

/** @throws KitelineError BAD_ARGUMENT */
export function checkDeadline(ms: number): void {
  if (typeof ms === 'number' && ms > 0 && ms <= LONGEST_DEADLINE_MS) return;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `The deadline is a number of milliseconds, more than 0 and at most a day (${LONGEST_DEADLINE_MS}).`,
      `截止时间以毫秒计，大于 0，最长一天（${LONGEST_DEADLINE_MS}）。`,
    ),
  );
}

/** What JSON.stringify would leave out or change without a word. @throws KitelineError BAD_ARGUMENT */
export function checkArguments(args: JsonObject): void {
  const fault =
    typeof args !== 'object' || args === null || Array.isArray(args)
      ? say('the arguments are no object', '参数不是对象')
      : notJson(args, 'args');
  if (fault === undefined) return;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${fault}: arguments are an object of what JSON has, by their names, such as {"on":true}.`,
      `${fault}：参数是由 JSON 值组成的对象，按名称给出，例如 {"on":true}。`,
    ),
  );
}

/**
 * A command's line up to where its deadline stands, which differs from session to session.
 * @throws KitelineError BAD_ARGUMENT when an argument's name is the protocol's, or the line would be too long
 */
export function commandHead(
  id: number,
  name: string,
  args: JsonObject,
  longest: number = limits.lineBytes,
): string {
  const params = JSON.stringify(args);
  if (params.includes('"$')) checkArgumentNames(args);
  const rest = params === '{}' ? '{' : `${params.slice(0, -1)},`;
  const head = `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(name)},"params":${rest}`;
  if (head.length * WIDEST + TAIL_BYTES <= longest) return head;
  const bytes = Buffer.byteLength(head) + TAIL_BYTES;
  if (bytes <= longest) return head;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `The command is too long: with its arguments it takes ${bytes} bytes, and a line has at most ${longest}.`,
      `命令过长：连同参数共 ${bytes} 字节，而一行最多 ${longest} 字节。`,
    ),
  );
}

/** @param deadline session clock, milliseconds */
export const commandLine = (head: string, deadline: number): Uint8Array =>
  Buffer.from(`${head}"$deadline":${deadline}}}\n`);

function checkArgumentNames(args: JsonObject): void {
  const ours = Object.keys(args).find((key) => key.startsWith('$'));
  if (ours === undefined) return;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `No argument can be called ${ours}: names that begin with $ are the protocol's.`,
      `参数不能命名为 ${ours}：以 $ 开头的名称由协议使用。`,
    ),
  );
}
