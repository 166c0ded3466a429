import type { Meaning } from './names.ts';

/** Why something of a broker that was joined was not taken. */
export type JoinDrop =
  /** A topic under `kiteline/` that is of no board, or cannot be. */
  | 'BAD_TOPIC'
  /** A payload that is no UTF-8, or none at all. */
  | 'BAD_PAYLOAD'
  /** JSON-RPC, which nobody may say by a payload. */
  | 'NOT_ALLOWED'
  /** A value that the broker kept: when it was measured is not known. */
  | 'RETAINED'
  /** A name that has a key. */
  | 'NO_PROOF'
  /** What the hub itself published, which an old broker gave back. */
  | 'OUR_OWN'
  /** More boards than are kept. */
  | 'TOO_MANY_BOARDS'
  /** The store did not take it; where it was sent with QoS 1, it is not acknowledged. */
  | 'STORE_FAILED';

/** Somebody's publish, as it came. */
export interface Arrived {
  topic: string;
  meaning: Meaning;
  payload: Uint8Array;
  retained: boolean;
}

/** Where a board publishes a metric. */
export interface MetricPlace {
  topic: string;
  /** In JSON: its name there, levels joined with dots. */
  path?: string;
}
