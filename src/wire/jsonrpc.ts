import { isObject, type Json, type JsonObject } from './json.ts';

/** JSON-RPC 2.0 (jsonrpc.org/specification), what we use of it: no batches. */
export type RpcId = string | number | null;

export interface Request {
  kind: 'request';
  id: RpcId;
  method: string;
  params: Json[] | JsonObject | undefined;
}

export interface Notification {
  kind: 'notification';
  method: string;
  params: Json[] | JsonObject | undefined;
}

export interface Response {
  kind: 'response';
  id: RpcId;
  result: Json | undefined;
  error: RpcError | undefined;
}

export interface RpcError {
  code: number;
  message: string;
  data?: Json;
}

/** The codes of section 5.1 that we answer with. */
export const RPC = {
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  INTERNAL: -32603,
  // Ours, from the range that section 5.1 leaves to implementations.
  /** The function raised, or its result is none that JSON can say. */
  RAISED: -32000,
  /** The deadline was over before it was started: it did not run. */
  EXPIRED: -32001,
  /** It ran, and was stopped at its deadline or because whoever asked has given up. */
  STOPPED: -32002,
  /** The id is known, its reply is not any more: it is not run again. */
  FORGOTTEN: -32003,
  /** Too many at once: it did not run. */
  BUSY: -32004,
  /** It ran; its result does not fit a line. */
  RESULT_TOO_LONG: -32005,
  /** Not to this peer. */
  NOT_ALLOWED: -32006,
  /** A name that has a key, and no proof of it. */
  NOT_PROVEN: -32007,
} as const;

/** Reads an object that has `jsonrpc`. @returns undefined when it is no valid request, notification or response */
export function controlOf(object: JsonObject): Request | Notification | Response | undefined {
  if (object.jsonrpc !== '2.0') return undefined;
  const hasId = Object.hasOwn(object, 'id');
  const id = hasId ? object.id : undefined;
  if (hasId && !isId(id)) return undefined;
  if (Object.hasOwn(object, 'method')) {
    const { method } = object;
    const params = Object.hasOwn(object, 'params') ? object.params : undefined;
    if (typeof method !== 'string') return undefined;
    if (params !== undefined && !Array.isArray(params) && !isObject(params)) return undefined;
    return isId(id) ? { kind: 'request', id, method, params } : { kind: 'notification', method, params };
  }
  const failed = Object.hasOwn(object, 'error');
  if (!isId(id) || failed === Object.hasOwn(object, 'result')) return undefined;
  if (!failed) return { kind: 'response', id, result: object.result, error: undefined };
  const error = errorOf(object.error);
  return error && { kind: 'response', id, result: undefined, error };
}

/** The id to answer an invalid request with: its own where it has one, else null (section 5). */
export function idOf(object: JsonObject): RpcId {
  const id = Object.hasOwn(object, 'id') ? object.id : null;
  return isId(id) ? id : null;
}

function isId(value: Json | undefined): value is RpcId {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value === 'string';
}

function errorOf(value: Json | undefined): RpcError | undefined {
  if (!isObject(value) || typeof value.code !== 'number' || typeof value.message !== 'string')
    return undefined;
  const { code, message } = value;
  return Object.hasOwn(value, 'data') ? { code, message, data: value.data ?? null } : { code, message };
}
