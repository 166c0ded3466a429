import type { TransportReason } from '../transport/transport.ts';
import type { ValueReason } from '../wire/index.ts';

/** Why the hub did not do all that a message asked: what transports and the wire lose, and what only the hub can. */
export type Reason =
  | TransportReason
  | ValueReason
  | RefusedReason
  /** A peer had too many messages under way; this one was not looked at. */
  | 'PEER_TOO_BUSY'
  /** The store is behind by as much as memory allows; the samples were not taken. */
  | 'STORE_BEHIND'
  /** The store failed; the samples are lost. */
  | 'STORE_FAILED'
  /** A JSON-RPC method that the hub does not offer. */
  | 'UNKNOWN_METHOD'
  /** A JSON-RPC response to nothing that was asked. */
  | 'UNEXPECTED_RESPONSE'
  /** A hello that was refused. */
  | 'BAD_HELLO'
  /** A notification of the protocol with parameters that it cannot have. */
  | 'BAD_NOTIFICATION'
  /** A numbered sample that was taken before; it is stored once. */
  | 'DUPLICATE'
  /** A numbered sample of a boot id that the session's hello did not name. */
  | 'UNKNOWN_BOOT'
  /** A message on a connection whose session has ended, or a datagram of such a session; it was not looked at. */
  | 'SESSION_OVER'
  /** A signed line or datagram whose signature is not right, or is missing. */
  | 'BAD_SIGNATURE'
  /** One that came before. */
  | 'REPLAYED'
  /** A datagram that names a session without a key, and does not come from where its connection does. */
  | 'WRONG_HOST'
  /** More boards asked where the hub is than it answers in a second. */
  | 'TOO_MANY_QUESTIONS'
  /** A log entry that was longer than it may be; its beginning was kept. */
  | 'LOG_CUT';

/** Why somebody is kept out. */
export type RefusedReason =
  /** A name that has a key, and no proof of it. */
  | 'NO_PROOF'
  /** A key that the hub does not have, or no longer. */
  | 'UNKNOWN_KEY'
  /** A line of a signed session that is not signed, was altered, or is not the next one. */
  | 'BAD_SIGNATURE'
  /** A line of a signed session that came before. */
  | 'REPLAYED'
  /** A command or a call of a board without a key, from where such boards may not. */
  | 'NOT_ALLOWED'
  /** Traffic from a public address. */
  | 'PUBLIC_ADDRESS';

/** How often each happened; a reason that did not is absent. */
export type ReasonCounts = Partial<Record<Reason, number>>;

export function count(counts: ReasonCounts, reason: Reason, times = 1): void {
  counts[reason] = (counts[reason] ?? 0) + times;
}
