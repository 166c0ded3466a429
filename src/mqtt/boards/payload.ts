/** What a payload is as a sample of the hub. */
import { isUtf8 } from 'node:buffer';
import { decode, limits } from '../../wire/index.ts';
import { jsonOf } from '../join/values.ts';

const CLOSE = 0x7d;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * A payload of `kiteline/BOARD` as a line of that board.
 * @returns undefined for what no board says: nothing, too much, or the protocol's own, which says who it is by other means than its topic
 */
export function lineOf(payload: Buffer): Uint8Array | undefined {
  if (payload.length === 0 || payload.length > limits.lineBytes) return undefined;
  // "jsonrpc" may be spelled with escapes.
  if (!payload.includes('jsonrpc') && !payload.includes('\\u')) return payload;
  const { kind } = decode(payload);
  return kind === 'samples' || kind === 'text' ? payload : undefined;
}

/**
 * A payload of `kiteline/BOARD/METRIC` as a line: a number, true, false, an object or an array as in JSON, else text.
 * @param head `{"METRIC":`
 */
export function valueLineOf(head: Buffer, payload: Buffer): Uint8Array | undefined {
  if (payload.length === 0 || payload.length > limits.lineBytes) return undefined;
  if (isPlainNumber(payload) || isJson(payload)) return enclosed(head, payload);
  if (!isUtf8(payload)) return undefined;
  return enclosed(head, Buffer.from(JSON.stringify(payload.toString())));
}

function enclosed(head: Buffer, value: Buffer): Uint8Array | undefined {
  const size = head.length + value.length + 1;
  if (size > limits.lineBytes) return undefined;
  const line = Buffer.allocUnsafe(size);
  head.copy(line, 0);
  value.copy(line, head.length);
  line[size - 1] = CLOSE;
  return line;
}

/** The common case without a string: digits, at most one point between them, a minus before. */
function isPlainNumber(bytes: Buffer): boolean {
  let at = bytes[0] === 0x2d ? 1 : 0;
  const first = bytes[at];
  let points = 0;
  for (const from = at; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x2e && points === 0 && at > from && at < bytes.length - 1) points++;
    else if (byte < 0x30 || byte > 0x39) return false;
    else if (at === from + 1 && first === 0x30) return false; // 007 is none
  }
  return first !== undefined;
}

function isJson(bytes: Buffer): boolean {
  switch (bytes[0]) {
    case 0x74: // t
    case 0x66: // f
      return bytes.equals(TRUE) || bytes.equals(FALSE);
    case 0x7b:
    case 0x5b:
      return typeof jsonOf(bytes.toString()) === 'object';
    default:
      return bytes.length < 32 && NUMBER.test(bytes.toString('latin1'));
  }
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
