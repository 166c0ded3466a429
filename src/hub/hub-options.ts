import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import type { AccessOptions } from './access.ts';
import type { AlertRules } from './alerts/rules.ts';
import type { Keys } from './keys.ts';

/** Milliseconds between heartbeats: a board that is gone is noticed after 25 s, and a heartbeat costs 100 bytes. */
export const KEEPALIVE_MS = 10_000;
/** What boards look for that know nothing else: kiteline.local. */
export const HUB_NAME = 'kiteline';

/** What a hub is made with. */
export interface HubOptions {
  /** Where samples and texts are kept; the hub closes it. A MemoryStore unless told. */
  store?: Store;
  /** What a plain TCP peer's text (and a posted one) is answered with when no handler does: `ok` unless told, false for nothing. */
  reply?: string | Uint8Array | false;
  /** What text that is no UTF-8 is read as, for instance `gbk`. Unless told it is shown with `\xNN`. */
  encoding?: string;
  /** Milliseconds between heartbeats with a board that wishes for no other, 100 to 600,000. 10,000 unless told. */
  keepaliveMs?: number;
  /** Milliseconds after a command's deadline that its reply is waited for; 5,000 unless told. */
  graceMs?: number;
  /** Which hub this is, 16 hex digits: the same for the same data (`homeIn`). Random unless told. */
  home?: string;
  /** What it is called in the network, as in NAME.local: `kiteline` unless told. */
  name?: string;
  /** Which names are closed to boards that have no key. None unless told. */
  keys?: Keys;
  /** The alert rules. None unless told, and kept nowhere. */
  alerts?: AlertRules;
  /** Whose traffic is taken, and which boards without a key may be commanded. */
  access?: AccessOptions;
  clock?: Clock;
}
