/** What a check is. Each is data: an id, a look at the facts, and what is said when it found something. */
import type { Facts } from './facts.ts';

/** The places on the way from a board to the hub, in the order in which a person looks: the nearest first. */
export const HOPS = ['computer', 'hub', 'network', 'wifi', 'board'] as const;
export type Hop = (typeof HOPS)[number];

/** For a person, in his language. */
export interface Sentences {
  what: string;
  /** How the doctor knows it: what was asked, and what came. */
  how: string;
  todo: string;
}

export interface Finding extends Sentences {
  id: string;
  hop: Hop;
  /** Where it is about one board. */
  board?: string;
}

export interface Check {
  id: string;
  hop: Hop;
  /** The facts that it looks at. */
  of: keyof Facts;
  /** @returns undefined when it could not look */
  run(facts: Facts): Finding[] | undefined;
}

interface CheckOf<S extends keyof Facts, E> {
  id: string;
  hop: Hop;
  of: S;
  /** @returns evidence that something is wrong; undefined: all is well there; `unknown`: it could not be looked at */
  look(part: Part<S>, all: Facts): E | undefined | 'unknown';
  sentence(evidence: E): Sentences;
}

/** The facts of `boards` are looked at one board at a time. */
type Part<S extends keyof Facts> =
  NonNullable<Facts[S]> extends readonly (infer One)[] ? One : NonNullable<Facts[S]>;

export function check<S extends keyof Facts, E>({ id, hop, of, look, sentence }: CheckOf<S, E>): Check {
  return {
    id,
    hop,
    of,
    run(facts) {
      const part = facts[of];
      if (part === undefined) return undefined;
      const parts = (Array.isArray(part) ? part : [part]) as (Part<S> & { name?: string })[];
      const seen = parts.map((one) => ({ one, evidence: look(one, facts) }));
      if (seen.every(({ evidence }) => evidence === 'unknown')) return undefined;
      return seen.flatMap(({ one, evidence }) =>
        evidence === undefined || evidence === 'unknown'
          ? []
          : [{ id, hop, ...(one.name !== undefined && { board: one.name }), ...sentence(evidence as E) }],
      );
    },
  };
}
