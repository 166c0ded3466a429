/** Setpoints, checked against what their board announced, before one is sent. */
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { isName, type Json, type JsonObject, limits } from '../../wire/index.ts';
import { type ArgumentInfo, own } from '../arguments.ts';
import { checkArguments } from '../command-text.ts';
import type { ControlInfo } from '../hello.ts';
import { rangeText } from '../range-text.ts';

/** Bytes that number and time of a setpoint take at most (16 digits each), and its trailer: TAB, session, counter and signature. */
const VARYING_BYTES = 2 * 16 + 44;
/** UTF-16 units of a holder's name. */
export const HOLDER_LENGTH = 64;
/** Of what was given in place of an argument, in a sentence about it. */
const SHOWN_LENGTH = 64;
/** Milliseconds that a lease may be renewed for without a word of its holder. */
const LONGEST_HOLD_MS = 86_400_000;

/**
 * A setpoint's arguments as JSON.
 * @throws KitelineError BAD_ARGUMENT with a sentence that says which argument will not do and what it takes
 */
export function setpointText(control: string, args: JsonObject, info: ControlInfo): string {
  checkArguments(args);
  const fault = info.args && faultOf(args, info.args);
  if (fault !== undefined) throw bad(`${control}: ${fault}`);
  const text = JSON.stringify(args);
  const bytes = Buffer.byteLength(setpointLine(control, 0, 0, text)) + VARYING_BYTES;
  if (bytes <= limits.datagramBytes) return text;
  throw bad(
    say(
      `The setpoint is too long: it takes ${bytes} bytes, and a datagram has at most ${limits.datagramBytes}.`,
      `设定值过长：共 ${bytes} 字节，而一个数据报最多 ${limits.datagramBytes} 字节。`,
    ),
  );
}

/**
 * @param n rises per session and control
 * @param t session clock, milliseconds
 * @param args as JSON; `null` releases
 */
export const setpointLine = (control: string, n: number, t: number, args: string): Uint8Array =>
  Buffer.from(
    `{"jsonrpc":"2.0","method":"$set","params":{"control":${JSON.stringify(control)},"n":${n},"t":${t},"args":${args}}}`,
  );

/** @throws KitelineError BAD_ARGUMENT */
export function checkHolder(holder: string): void {
  if (typeof holder === 'string' && isName(holder, HOLDER_LENGTH) && holder.isWellFormed()) return;
  throw bad(
    say(
      `A holder is called by 1 to ${HOLDER_LENGTH} characters, without control characters.`,
      `持有者的名称为 1 到 ${HOLDER_LENGTH} 个字符，不含控制字符。`,
    ),
  );
}

/** @throws KitelineError BAD_ARGUMENT */
export function checkHold(ms: number): void {
  if (typeof ms === 'number' && ms > 0 && (ms <= LONGEST_HOLD_MS || ms === Number.POSITIVE_INFINITY)) return;
  throw bad(
    say(
      `holdMs is a number of milliseconds, more than 0 and at most a day (${LONGEST_HOLD_MS}), or Infinity.`,
      `holdMs 以毫秒计，大于 0，最长一天（${LONGEST_HOLD_MS}），或为 Infinity。`,
    ),
  );
}

const bad = (sentence: string) => new KitelineError('BAD_ARGUMENT', sentence);

function faultOf(args: JsonObject, infos: Record<string, ArgumentInfo>): string | undefined {
  for (const name of Object.keys(args)) {
    if (Object.hasOwn(infos, name) || args[name] === undefined) continue;
    const names = Object.keys(infos).join(', ');
    return names === ''
      ? say(`${name} is no argument; there are none.`, `没有参数 ${name}；它不带参数。`)
      : say(`${name} is no argument; there are ${names}.`, `没有参数 ${name}；现有 ${names}。`);
  }
  for (const [name, info] of Object.entries(infos)) {
    const value = own(args, name);
    if (value === undefined && (info.optional || (info.type === 'json' && Object.hasOwn(args, name))))
      continue;
    const takes = takesText(info);
    if (value === undefined)
      return say(`${name} is missing: it takes ${takes}.`, `缺少 ${name}：应为${takes}。`);
    if (!fits(value, info)) {
      const got = JSON.stringify(value).slice(0, SHOWN_LENGTH);
      return say(`${name} takes ${takes}, and got ${got}.`, `${name} 应为${takes}，却得到 ${got}。`);
    }
  }
  return undefined;
}

function fits(value: Json, { type, min, max, choices }: ArgumentInfo): boolean {
  if (!TYPES[type](value)) return false;
  if (choices) return choices.some((choice) => choice === value);
  return typeof value !== 'number' || (value >= (min ?? value) && value <= (max ?? value));
}

const TYPES: Record<ArgumentInfo['type'], (value: Json) => boolean> = {
  bool: (value) => typeof value === 'boolean',
  int: (value) => Number.isInteger(value),
  float: (value) => typeof value === 'number',
  str: (value) => typeof value === 'string',
  json: () => true,
};

const WORDS: Record<ArgumentInfo['type'], () => string> = {
  bool: () => say('true or false', ' true 或 false'),
  int: () => say('a whole number', '整数'),
  float: () => say('a number', '数'),
  str: () => say('a text', '文本'),
  json: () => say('any value', '任意值'),
};

/** `a number, -1 to 1`. */
function takesText({ type, min, max, unit, choices }: ArgumentInfo): string {
  if (choices) return say(`one of ${choices.join(', ')}`, ` ${choices.join('、')} 之一`);
  return `${WORDS[type]()}${rangeText(min, max)}${unit === undefined ? '' : ` ${unit}`}`;
}
