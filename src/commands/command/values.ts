/** `key=value` on the command line, as the JSON that a board is sent. */
import { KitelineError } from '../../errors.ts';
import type { ArgumentInfo } from '../../hub/arguments.ts';
import { rangeText } from '../../hub/range-text.ts';
import { say } from '../../language.ts';
import type { Json, JsonObject } from '../../wire/index.ts';
import { printable } from '../terminal.ts';

/**
 * Reads the arguments of a command.
 * @param announced what the board says that the command takes; undefined where it says nothing of it
 * @throws KitelineError BAD_ARGUMENT
 */
export function parseArguments(
  pairs: string[],
  announced: Record<string, ArgumentInfo> | undefined,
): JsonObject {
  const args: [string, Json][] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      throw new KitelineError(
        'BAD_ARGUMENT',
        say(
          `"${pair}" is no argument: write KEY=VALUE, for example on=true.`,
          `“${pair}”不是参数：请写成 键=值，例如 on=true。`,
        ),
      );
    }
    const key = pair.slice(0, equals);
    if (args.some(([name]) => name === key)) {
      throw new KitelineError('BAD_ARGUMENT', say(`${key} is given twice.`, `${key} 给出了两次。`));
    }
    const info = announced && Object.hasOwn(announced, key) ? announced[key] : undefined;
    args.push([key, parseValue(key, pair.slice(equals + 1), info)]);
  }
  return Object.fromEntries(args);
}

function parseValue(key: string, text: string, info: ArgumentInfo | undefined): Json {
  switch (info?.type) {
    case undefined:
      return parseJson(text) ?? text;
    case 'str':
      return text;
    case 'bool': {
      if (/^(?:true|on|yes|1)$/i.test(text)) return true;
      if (/^(?:false|off|no|0)$/i.test(text)) return false;
      throw unlike(key, text, say('true or false', ' true 或 false'));
    }
    case 'int':
    case 'float': {
      const number = text.trim() === '' ? Number.NaN : Number(text);
      if (Number.isFinite(number) && (info.type === 'float' || Number.isInteger(number))) return number;
      throw unlike(key, text, rangeOf(info));
    }
    case 'json': {
      const value = parseJson(text);
      if (value !== undefined) return value;
      throw unlike(key, text, say("JSON, for example '[1,2]'", " JSON，例如 '[1,2]'"));
    }
  }
}

/** `a whole number, 0 to 100 %` */
function rangeOf({ type, min, max, unit }: ArgumentInfo): string {
  const what = type === 'int' ? say('a whole number', '整数') : say('a number', '数');
  return `${what}${rangeText(min, max)}${unit === undefined ? '' : ` ${printable(unit)}`}`;
}

const unlike = (key: string, text: string, what: string): KitelineError =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(`"${text}" will not do: ${key} is ${what}.`, `“${text}”不可用：${key} 应为${what}。`),
  );

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
