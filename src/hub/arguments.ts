import { isName, isObject, type Json, type JsonObject } from '../wire/index.ts';

/** UTF-16 units of a unit. */
export const UNIT_LENGTH = 64;

/** What an argument can be. */
const TYPES = ['bool', 'int', 'float', 'str', 'json'] as const;

/** What a command or a control takes of one argument, as its board announced it. */
export interface ArgumentInfo {
  type: (typeof TYPES)[number];
  min?: number;
  max?: number;
  unit?: string;
  choices?: (string | number)[];
  optional?: boolean;
}

/** Reads what a board says of an argument. @param where how it is called in a sentence. @returns what is wrong with it, as a sentence */
export function argumentOf(where: string, info: Json): ArgumentInfo | string {
  if (!isObject(info)) return `${where}: an object`;
  const type = TYPES.find((one) => one === own(info, 'type'));
  if (!type) return `${where}.type: one of ${TYPES.join(', ')}`;
  const argument: ArgumentInfo = { type };
  for (const bound of ['min', 'max'] as const) {
    const value = own(info, bound);
    if (value === undefined) continue;
    if (typeof value !== 'number') return `${where}.${bound}: a number`;
    argument[bound] = value;
  }
  if ((argument.min ?? Number.NEGATIVE_INFINITY) > (argument.max ?? Number.POSITIVE_INFINITY))
    return `${where}.min: at most its max`;
  const unit = own(info, 'unit');
  if (unit !== undefined) {
    if (!isText(unit, UNIT_LENGTH)) return `${where}.unit: text`;
    argument.unit = unit;
  }
  const choices = own(info, 'choices');
  if (choices !== undefined) {
    if (
      !Array.isArray(choices) ||
      !choices.every((one) => typeof one === 'string' || typeof one === 'number')
    )
      return `${where}.choices: an array of texts or numbers`;
    argument.choices = choices;
  }
  const optional = own(info, 'optional');
  if (optional !== undefined) {
    if (typeof optional !== 'boolean') return `${where}.optional: true or false`;
    argument.optional = optional;
  }
  return argument;
}

/** A member of the object itself; undefined for null. */
export function own(object: JsonObject, field: string): Exclude<Json, null> | undefined {
  return Object.hasOwn(object, field) ? (object[field] ?? undefined) : undefined;
}

/** Half a surrogate pair would be another name in every store. */
export const isText = (value: Json | undefined, longest: number): value is string =>
  typeof value === 'string' && isName(value, longest) && value.isWellFormed();
