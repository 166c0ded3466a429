/** A wheel's encoder: two channels, a quarter of a slot apart. */

/** How many edges of either channel the wheel has passed. */
export function edgesAt(angle: number, slots: number): number {
  return Math.floor((angle / (2 * Math.PI)) * slots * 4);
}

/** Level of channel A after so many edges. Forward A falls first, then B: what `machine.Encoder` counts up. */
export const levelA = (edges: number): 0 | 1 => ((edges + 1) & 2 ? 0 : 1);

/** Level of channel B. */
export const levelB = (edges: number): 0 | 1 => (edges & 2 ? 0 : 1);
