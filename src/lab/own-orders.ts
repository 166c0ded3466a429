/** Commands for a program that is not the lab's: whatever it announced, with arguments that fit. */
import type { Json } from '../wire/index.ts';
import type { Dice } from './dice.ts';

/** One argument as `hello` announces it (PROTOCOL.md). */
export interface AnnouncedArgument {
  type: 'bool' | 'int' | 'float' | 'str' | 'json';
  min?: number;
  max?: number;
  choices?: readonly Json[];
  optional?: boolean;
}

export interface Announced {
  [command: string]: { args?: { [name: string]: AnnouncedArgument } };
}

/** A call of one of them; undefined where there is none. */
export function anyCall(
  dice: Dice,
  announced: Announced,
): [name: string, args: { [name: string]: Json }] | undefined {
  const names = Object.keys(announced);
  if (names.length === 0) return undefined;
  const name = names[dice.between(0, names.length - 1)] ?? '';
  const args: { [name: string]: Json } = {};
  for (const [key, argument] of Object.entries(announced[name]?.args ?? {})) {
    if (argument.optional && dice.chance(0.5)) continue;
    args[key] = anyValue(dice, argument);
  }
  return [name, args];
}

function anyValue(dice: Dice, { type, min, max, choices }: AnnouncedArgument): Json {
  if (choices && choices.length > 0) return choices[dice.between(0, choices.length - 1)] ?? null;
  const least = min ?? (max === undefined ? 0 : max - 100);
  const most = max ?? least + 100;
  switch (type) {
    case 'bool':
      return dice.chance(0.5);
    case 'int':
      return dice.between(Math.ceil(least), Math.floor(most));
    case 'float':
      return least + dice.next() * (most - least);
    case 'str':
      return dice.pick(['', 'text', '文本 ✓', 'x'.repeat(100)]);
    case 'json':
      return { any: [1, 'два', null] };
  }
}
