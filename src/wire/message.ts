import { isObject, type Json, type JsonObject, parseJson } from './json.ts';
import {
  controlOf,
  idOf,
  type Notification,
  type Request,
  type Response,
  RPC,
  type RpcId,
} from './jsonrpc.ts';
import type { MessageReason, Skips } from './reasons.ts';
import { skip } from './reasons.ts';
import { type Sample, sampleOf } from './sample.ts';
import { senmlOf } from './senml.ts';
import { decodeUtf8, showBytes } from './utf8.ts';

/** Text, as a tutorial's script sends it. */
export interface Text {
  kind: 'text';
  /** The text; where the bytes are no UTF-8, what is readable of them, other bytes as `\xNN`. */
  text: string;
  /** The bytes themselves when they are no UTF-8, so that their owner can try another encoding. A view, not a copy. */
  bytes?: Uint8Array;
}

/** One sample (a JSON object) or several (a SenML pack); `skipped` counts what had to be left out of them. */
export interface Samples {
  kind: 'samples';
  samples: Sample[];
  skipped: Skips;
}

/** A message that is understood well enough to be refused: `code` and `id` are those of the JSON-RPC error to answer. */
export interface Refused {
  kind: 'refused';
  reason: MessageReason;
  code: number;
  id: RpcId;
}

export type Message = Text | Samples | Request | Notification | Response | Refused;

/**
 * Decodes one message (DESIGN section 3). Never throws: whatever the bytes are, the answer is a value.
 * @param bytes one unit from a LineFramer, or a datagram's payload
 */
export function decode(bytes: Uint8Array): Message {
  const text = decodeUtf8(bytes);
  return text === undefined ? { kind: 'text', text: showBytes(bytes), bytes } : decodeText(text);
}

/** The same for text that its owner has decoded already, for instance from GBK. */
export function decodeText(text: string): Message {
  let at = 0;
  while (isSpace(text.charCodeAt(at))) at++;
  const first = text[at];
  if (first !== '{' && first !== '[') return { kind: 'text', text };
  const parsed = parseJson(text);
  if (!parsed) return { kind: 'text', text };
  const { value, notNumbers } = parsed;
  const message = isObject(value) ? ofObject(value) : ofArray(value);
  if (!message) return { kind: 'text', text };
  if (message.kind === 'samples') skip(message.skipped, 'NOT_FINITE', notNumbers);
  return message;
}

const isSpace = (unit: number) => unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;

function ofObject(object: JsonObject): Message {
  if (Object.hasOwn(object, 'jsonrpc')) {
    return controlOf(object) ?? refused('BAD_JSONRPC', RPC.INVALID_REQUEST, idOf(object));
  }
  const skipped: Skips = {};
  return { kind: 'samples', samples: [sampleOf(object, skipped)], skipped };
}

/** An array that is not made of objects is no pack and nothing else that we know: text. */
function ofArray(value: Json): Message | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isObject)) return undefined;
  if (value.some((element) => Object.hasOwn(element, 'jsonrpc'))) {
    return refused('BATCH_REFUSED', RPC.INVALID_REQUEST, null);
  }
  const skipped: Skips = {};
  const samples = senmlOf(value, skipped);
  return samples ? { kind: 'samples', samples, skipped } : refused('BAD_SENML', RPC.INVALID_PARAMS, null);
}

const refused = (reason: MessageReason, code: number, id: RpcId): Refused => ({
  kind: 'refused',
  reason,
  code,
  id,
});
