import type { Value } from '../../wire/index.ts';

export const WHENS = ['above', 'below', 'silent'] as const;

/** What a rule waits for: a value over or under a bound, or that none comes. */
export type When = (typeof WHENS)[number];

/** A rule as somebody wishes it. */
export interface NewRule {
  /** A board that was never heard of may come later. */
  board: string;
  metric: string;
  when: When;
  /** The bound; for `silent` milliseconds without a value. */
  value: number;
  /** Milliseconds that a value must be over or under the bound before the rule fires: at once unless told. */
  holdMs?: number;
}

/** A rule that the hub keeps. */
export interface AlertRule extends NewRule {
  /** 8 hex digits. */
  id: string;
  /** When it was made, milliseconds since 1970 UTC. */
  made: number;
}

/** What a rule that fires tells. Times are milliseconds since 1970 UTC. */
export interface Firing {
  since: number;
  /** The value that did it; none for `silent`. */
  seen?: Value;
  /** Of when that value is; for `silent` the last one, where there was one. */
  last?: number;
}

/** A rule, and whether it fires. */
export interface AlertInfo extends AlertRule {
  firing?: Firing;
}

/** A rule begins to fire, is quiet again, or is removed while it fires. */
export interface AlertMessage extends AlertRule, Firing {
  state: 'firing' | 'quiet' | 'removed';
  /** Now: `since` says when it began, of one that is over, too. */
  at: number;
}

/** Why a post did not get through: no answer in time, an answer that is no success, or no connection. */
export type PostTrouble =
  | { why: 'SILENT'; at: number }
  | { why: 'STATUS'; at: number; status: number }
  | { why: 'NETWORK'; at: number; code: string };

/** How it stands with the webhook: nothing of where it is, which may be a secret. */
export interface WebhookInfo {
  isSet: boolean;
  /** Posts that wait, that were taken, that were given up after every try, and that had no room to wait in. */
  waiting: number;
  posted: number;
  failed: number;
  dropped: number;
  /** Of the last try, where it failed. */
  trouble?: PostTrouble;
}

/** Everything that there is to show. */
export interface AlertsState {
  /** Those that fire first. */
  rules: AlertInfo[];
  webhook: WebhookInfo;
}
