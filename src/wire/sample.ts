import type { Json, JsonObject } from './json.ts';
import { limits } from './limits.ts';
import { type Skips, skip } from './reasons.ts';

/** What a metric can be at a time. */
export type Value = number | boolean | string;

/** Milliseconds from 1970, in either direction, that a time can be: what a Date holds (ECMAScript section 21.4.1.1). */
export const MAX_TIME = 8.64e15;

/** Values of one board at one time. */
export interface Sample {
  /** Metric → value. A Map, so that a metric may be called `__proto__`. */
  values: Map<string, Value>;
  /** Metric → unit, where the sender named one (SenML does). */
  units?: Map<string, string>;
  /** When, in milliseconds since 1970 UTC. Without it the sample is of the moment it arrived. */
  t?: number;
  /** When, in milliseconds before (negative) or after the moment it arrived: SenML's relative times. Never with `t`. */
  relative?: number;
  /** The board's number of this sample, rising within a boot id. */
  seq?: number;
  /** Random per start of the board. */
  boot?: string;
}

/**
 * Reads the sample out of a JSON object: nested objects and arrays flatten with `.`, null is skipped, keys that begin
 * with `$` at the top are ours. What cannot be taken is left out and counted in `skips`; the rest stands.
 */
export function sampleOf(object: JsonObject, skips: Skips): Sample {
  const sample: Sample = { values: new Map() };
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    if (key.startsWith('$')) readOurs(sample, key, value, skips);
    else flatten(sample.values, key, value, 1, skips);
  }
  return sample;
}

function readOurs(sample: Sample, key: string, value: Json, skips: Skips): void {
  if (value === null) return;
  const natural = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  if (key === '$t' && natural && value <= MAX_TIME) sample.t = value;
  else if (key === '$seq' && natural) sample.seq = value;
  else if (key === '$boot' && natural) sample.boot = String(value);
  else if (key === '$boot' && typeof value === 'string' && isName(value, limits.bootLength))
    sample.boot = value;
  else skip(skips, 'BAD_KEY');
}

function flatten(values: Map<string, Value>, name: string, value: Json, depth: number, skips: Skips): void {
  if (value === null) return;
  if (typeof value !== 'object') {
    const reason = put(values, name, value);
    if (reason) skip(skips, reason);
    return;
  }
  if (depth >= limits.depth) {
    skip(skips, 'TOO_DEEP');
    return;
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++)
      flatten(values, `${name}.${i}`, value[i] ?? null, depth + 1, skips);
    return;
  }
  for (const key of Object.keys(value))
    flatten(values, `${name}.${key}`, value[key] ?? null, depth + 1, skips);
}

/** Puts one value in, or says why not. */
export function put(values: Map<string, Value>, name: string, value: Value): keyof Skips | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'NOT_FINITE';
  if (name.length > limits.nameLength) return 'NAME_TOO_LONG';
  if (!isName(name, limits.nameLength)) return 'BAD_NAME';
  if (values.size >= limits.metrics && !values.has(name)) return 'TOO_MANY_METRICS';
  values.set(name, value);
  return undefined;
}

/** Not empty, not too long, no control characters: those would steer the terminal of whoever lists the names. */
export function isName(name: string, longest: number): boolean {
  if (name.length === 0 || name.length > longest) return false;
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    if (unit < 0x20 || (unit >= 0x7f && unit <= 0x9f)) return false;
  }
  return true;
}
