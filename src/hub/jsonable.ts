import { say } from '../language.ts';

/** Levels of objects and arrays; more are taken for a cycle. What a board's `json` builds on its small stack. */
const MAX_LEVELS = 32;

/**
 * What of a value JSON cannot say: JSON.stringify leaves much of it out without a word (a Map, a function) or writes null (NaN).
 * @param path how the value is called in the sentence
 * @returns a sentence's subject and verb, such as `args.level is a Map`; undefined when JSON can say all of it
 */
export function notJson(value: unknown, path: string, levels = MAX_LEVELS): string | undefined {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : is(path, String(value));
    case 'object':
      if (value === null) return undefined;
      if (levels === 0)
        return say(`${path} has more than ${MAX_LEVELS} levels`, `${path} 的嵌套超过 ${MAX_LEVELS} 层`);
      return Array.isArray(value) ? ofArray(value, path, levels) : ofObject(value, path, levels);
    default:
      return is(path, value === undefined ? 'undefined' : `a ${typeof value}`);
  }
}

function ofArray(array: unknown[], path: string, levels: number): string | undefined {
  for (let i = 0; i < array.length; i++) {
    const fault = notJson(array[i], `${path}.${i}`, levels - 1);
    if (fault) return fault;
  }
  return undefined;
}

function ofObject(object: object, path: string, levels: number): string | undefined {
  const prototype = Object.getPrototypeOf(object);
  // A plain object's prototype is the end of its chain, also when it comes from another context of Node's.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return is(path, `a ${prototype.constructor?.name ?? 'class'}`);
  for (const [key, value] of Object.entries(object)) {
    // Left out, as everywhere in JSON: what an options object does not have.
    const fault = value === undefined ? undefined : notJson(value, `${path}.${key}`, levels - 1);
    if (fault) return fault;
  }
  return undefined;
}

const is = (path: string, what: string): string => say(`${path} is ${what}`, `${path} 是 ${what}`);
