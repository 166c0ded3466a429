/** What the program that is killed is told. */
export interface ChildSetup {
  folder: string;
  /** Whether the store runs in a thread of its own, as in the hub, with more than one append on the way. */
  inThread: boolean;
  perBatch: number;
  logBytes: number;
  maxBytes: number | undefined;
  /** The last batch that was reported as committed, and the last that may have been begun. */
  least: number;
  most: number;
  /** Ends itself at the operation of this number, which it does to this share. */
  crash?: { operation: number; share: number };
}

/** Appends that are on their way at the same time, where there is a thread. */
export const WINDOW = 4;
