import type { CommandOutcome } from '../hub/command-outcomes.ts';

/** How a command came out for the lab, which sees the hub die and come back. */
export type GivenOutcome =
  | CommandOutcome
  /** The hub was killed before it had said; nobody knows. */
  | { outcome: 'hub-died' }
  /** There was no hub, or it did not know the board: it was never given. */
  | { outcome: 'not-given' };
