import type { Costs } from './costs.ts';
import type { Guide } from './guide.ts';
import type { Layer } from './layer.ts';

/** A search was told to stop before it had an answer. */
export const STOPPED = -1;

/** Between two questions whether to stop a search goes on from so many nodes: some 50 µs. */
export const NODES_PER_CHECK = 256;

/** Finds shortest ways in one layer. It may be used again and again, one search at a time. */
export interface Search {
  /** Of the last search: the node before each on the best way to it; of the start, itself. */
  readonly parent: Int32Array;
  /** Of the last search: from how many nodes it went on. */
  readonly expanded: number;
  /** Of the last search: where the way ends that leads to it, the goal or a node from which the guide knows the rest. */
  readonly met: number;
  /**
   * @param start a free node of the layer
   * @param goal likewise
   * @param shouldStop asked now and then
   * @param guide says how far it is at least from a node to the goal; how far it would be without obstacles, unless given
   * @returns what the shortest way costs, `UNREACHED` when there is none (with a guide: below its limit), or `STOPPED`
   */
  find(start: number, goal: number, shouldStop?: () => boolean, guide?: Guide): number;
}

export type SearchMaker = new (layer: Layer, costs: Costs) => Search;
