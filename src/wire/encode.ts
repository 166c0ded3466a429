import type { Json, JsonObject } from './json.ts';
import type { RpcId } from './jsonrpc.ts';
import type { Value } from './sample.ts';

const encoder = new TextEncoder();

/** The bytes of a text as a plain peer gets it: nothing added. */
export const encodeText = (text: string): Uint8Array => encoder.encode(text);

/**
 * One line: the text and its LF.
 * @throws RangeError when the text holds an LF itself, which would make two lines of it
 */
export function encodeLine(text: string): Uint8Array {
  if (text.includes('\n')) throw new RangeError('a line cannot hold a line feed');
  return encoder.encode(`${text}\n`);
}

/** A JSON-RPC result as one line. @param result what JSON can say */
export const encodeResult = (id: RpcId, result: unknown): Uint8Array => line({ jsonrpc: '2.0', id, result });

/** A JSON-RPC error as one line; `data` where it helps the program at the other end. */
export function encodeError(id: RpcId, code: number, message: string, data?: Json): Uint8Array {
  return line({
    jsonrpc: '2.0',
    id,
    error: data === undefined ? { code, message } : { code, message, data },
  });
}

/** A JSON-RPC request as one line. */
export function encodeRequest(id: RpcId, method: string, params?: Json[] | JsonObject): Uint8Array {
  return line(params === undefined ? { jsonrpc: '2.0', id, method } : { jsonrpc: '2.0', id, method, params });
}

/** A JSON-RPC notification as one line. */
export function encodeNotification(method: string, params?: Json[] | JsonObject): Uint8Array {
  return line(params === undefined ? { jsonrpc: '2.0', method } : { jsonrpc: '2.0', method, params });
}

/**
 * A sample as one line. Numbers that are not finite are left out: JSON has none.
 * @param values metric → value
 * @param ours `t` in milliseconds since 1970, `seq`, `boot`
 */
export function encodeSample(
  values: Iterable<readonly [string, Value]>,
  ours: { t?: number; seq?: number; boot?: string } = {},
): Uint8Array {
  const members: string[] = [];
  const member = (key: string, value: Value) =>
    members.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`);
  for (const [name, value] of values)
    if (typeof value !== 'number' || Number.isFinite(value)) member(name, value);
  if (ours.t !== undefined) member('$t', ours.t);
  if (ours.seq !== undefined) member('$seq', ours.seq);
  if (ours.boot !== undefined) member('$boot', ours.boot);
  return encoder.encode(`{${members.join()}}\n`);
}

/** JSON.stringify escapes every line feed, so this is one line whatever the value holds. */
const line = (value: unknown): Uint8Array => inBlock(`${JSON.stringify(value)}\n`);

/** Lines are cut from blocks of this many bytes: a buffer of its own for each costs four times its encoding. */
const BLOCK_BYTES = 8 * 1024;
/** UTF-8 has at most so many bytes for a UTF-16 unit. */
const WIDEST = 3;

let block = new Uint8Array(BLOCK_BYTES);
let used = 0;

function inBlock(text: string): Uint8Array {
  const most = text.length * WIDEST;
  if (most > BLOCK_BYTES / 2) return encoder.encode(text);
  if (most > BLOCK_BYTES - used) {
    block = new Uint8Array(BLOCK_BYTES);
    used = 0;
  }
  const { written } = encoder.encodeInto(text, new Uint8Array(block.buffer, used));
  const bytes = new Uint8Array(block.buffer, used, written);
  used += written;
  return bytes;
}
