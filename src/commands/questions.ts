/** Questions in the terminal, each of which a flag answers as well. */
import { isCancel } from '@clack/prompts';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { isTypedTo } from './terminal.ts';

/** Where questions stand: stdout carries what other programs read. */
export const output = process.stderr;

/**
 * What was given, or else what the person says.
 * @param flag that answers it, as it is written
 * @throws KitelineError BAD_ARGUMENT where nobody can be asked, USAGE when the person has had enough
 */
export async function answered<T extends string | boolean>(
  given: T | undefined,
  flag: string,
  ask: () => Promise<T | symbol>,
): Promise<T> {
  if (given !== undefined) return given;
  if (!isTypedTo()) throw missing(flag);
  const answer = await ask();
  if (isCancel(answer)) throw givenUp();
  return answer as T;
}

/** @param hint what it may be */
export const missing = (flag: string, hint = ''): KitelineError =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      `There is no terminal to ask at: ${flag} is missing. ${hint}`.trim(),
      `没有可供询问的终端：缺少 ${flag}。${hint}`,
    ),
  );

export const givenUp = (): KitelineError =>
  new KitelineError(
    'USAGE',
    say('Given up: nothing was written onto the board.', '已放弃：没有向板子写入任何内容。'),
  );

/** The two answers of a `confirm`, which @clack/prompts would give in English. */
export const yesOrNo = (): { active: string; inactive: string } => ({
  active: say('Yes', '是'),
  inactive: say('No', '否'),
});
