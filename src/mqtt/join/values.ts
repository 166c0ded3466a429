/** Payloads of one value, and the samples that they are. */
import type { Json, Value } from '../../wire/index.ts';

/** As JSON writes numbers; and as a board's print() writes what is none, which the decoder counts and leaves out. */
const BARE = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|-?inf|nan)$/;
const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** @returns undefined for bytes that are no UTF-8 */
export function textOf(payload: Uint8Array): string | undefined {
  try {
    return decoder.decode(payload);
  } catch {
    return undefined;
  }
}

/** The message that a value of a metric is: a number, true or false, JSON, else text. Undefined where there is none. */
export function unitOf(metric: string, payload: Uint8Array): Uint8Array | undefined {
  const text = textOf(payload)?.trim();
  if (text === undefined || text === '') return undefined;
  const isJson = BARE.test(text) || (/^[[{"]/.test(text) && parsed(text) !== undefined);
  return encoder.encode(`{${JSON.stringify(metric)}:${isJson ? text : JSON.stringify(text)}}`);
}

/** A value as a payload: as people write it. */
export const payloadOf = (value: Value): string => String(value);

/** JSON, or the text itself: what a command got, or answered. */
export function jsonOf(text: string): Json {
  const value = parsed(text.trim());
  return value === undefined ? text : value;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
