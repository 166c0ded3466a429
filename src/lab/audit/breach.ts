/** A broken promise. Each kind is a column of the table, or part of one. */
export type BreachKind =
  /** A sample that the board was told is on disk is not there, or one that it never counted as dropped. */
  | 'lost'
  /** A sample is stored more than once. */
  | 'doubled'
  /** A command ran more than once. */
  | 'ran-twice'
  /** A command's outcome is not what its board recorded. */
  | 'wrong-outcome'
  /** Samples of one start of a board are not stored in the order in which it made them. */
  | 'disorder'
  /** Something is stored that no board made, or not as it was made. */
  | 'garbled'
  /** A queue, a heap or a count at the hub has grown without bound. */
  | 'grown'
  /** A board acted on a setpoint whose lease was over, or that an older holder or setpoint had no right to any more. */
  | 'after-lease'
  /** A lease ended, and the board's stop did not run within 50 ms. */
  | 'late-stop'
  /** A board acted on a setpoint that its hub did not send. */
  | 'forged'
  /** Somebody who lacks the key was told more than everybody may know. */
  | 'leaked'
  /** A session ended for no reason. */
  | 'link-broke'
  /** Faults are over, and the link has not come back, or queues do not empty. */
  | 'not-recovered'
  /** A board ran half a program or none, or another than was said. */
  | 'no-program'
  /** The board's program or the hub ended by itself. */
  | 'broke';

export interface Breach {
  kind: BreachKind;
  /** How many samples or commands it is about. */
  count: number;
  /** For a person. */
  sentence: string;
}

/** Numbers in a sentence: the first few. */
export function some(values: Iterable<unknown>, most = 5): string {
  const all = [...values];
  const shown = all.slice(0, most).map(String).join(', ');
  return all.length > most ? `${shown}, … (${all.length})` : shown;
}
