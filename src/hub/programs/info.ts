import { isObject, type Json } from '../../wire/index.ts';

/** The request by which a board's library takes a new program: the hub's own, which nobody can send as a command. */
export const PROGRAM_METHOD = '$program';

/** What a board says of the program that it runs, one of the two that it keeps. */
export interface ProgramInfo {
  /** As `programOf` makes it; undefined for one that came by USB. */
  id?: string;
  /** It is new, and has not held a session yet: if it does not, the one before comes back. */
  trial?: true;
  /** The one that was tried last, and did not stay. */
  failed?: { id?: string; why: string };
}

/** UTF-16 units of an id, and of why a program failed. */
const LONGEST = { id: 64, why: 400 } as const;

/** Reads what a board says; what is not as it should be is left out. Undefined when it says nothing. */
export function programInfoOf(value: Json | undefined): ProgramInfo | undefined {
  if (!isObject(value)) return undefined;
  const id = textOf(value.id, LONGEST.id);
  const failed = isObject(value.failed) ? value.failed : undefined;
  const failedId = textOf(failed?.id, LONGEST.id);
  return {
    ...(id && { id }),
    ...(value.trial === true && { trial: true }),
    ...(failed && {
      failed: { ...(failedId && { id: failedId }), why: textOf(failed.why, LONGEST.why) ?? '' },
    }),
  };
}

const textOf = (value: Json | undefined, longest: number): string | undefined =>
  typeof value === 'string' ? value.slice(0, longest) : undefined;
