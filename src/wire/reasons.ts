/**
 * Why something that arrived did not become a message, or not all of it. Codes are stable; sentences for people
 * are made where they are shown. `MESSAGE_REASONS` lose a whole message, `VALUE_REASONS` a part of one.
 */
export const MESSAGE_REASONS = [
  /** Longer than `limits.lineBytes`; discarded up to the next LF. */
  'LINE_TOO_LONG',
  /** A framed connection ended inside a line, or any connection was reset before its input was complete. */
  'LINE_CUT',
  /** A JSON-RPC batch: refused as a whole. */
  'BATCH_REFUSED',
  /** An object with `jsonrpc` that is no JSON-RPC 2.0 request, notification or response. */
  'BAD_JSONRPC',
  /** An array of objects that RFC 8428 does not allow. */
  'BAD_SENML',
] as const;

export const VALUE_REASONS = [
  /** NaN or an infinity: bare, as a board's `json.dumps` writes it, or a number such as 1e400. */
  'NOT_FINITE',
  /** Below `limits.depth` levels of nesting. */
  'TOO_DEEP',
  /** More than `limits.metrics` in one message; the first ones are kept. */
  'TOO_MANY_METRICS',
  /** A name longer than `limits.nameLength`. */
  'NAME_TOO_LONG',
  /** An empty name, or one with control characters; in SenML, one that RFC 8428 section 4.5.1 does not allow. */
  'BAD_NAME',
  /** A value or time of a type that its field cannot have. */
  'BAD_VALUE',
  /** A key that begins with `$` and is not one of ours, or has a value that it cannot have. */
  'BAD_KEY',
] as const;

export type MessageReason = (typeof MESSAGE_REASONS)[number];
export type ValueReason = (typeof VALUE_REASONS)[number];

/** How often each part was left out; a reason that did not occur is absent. */
export type Skips = Partial<Record<ValueReason, number>>;

export function skip(skips: Skips, reason: ValueReason, times = 1): void {
  if (times > 0) skips[reason] = (skips[reason] ?? 0) + times;
}
