/** The next node above `from` whose bit is set. There must be one: every line ends in border bits. */
export function nextAbove(bits: Int32Array, from: number): number {
  let word = from >>> 5;
  let found = (bits[word] as number) & (-2 << (from & 31));
  while (found === 0) found = bits[++word] as number;
  return (word << 5) + 31 - Math.clz32(found & -found);
}

/** The next node below `from` whose bit is set. */
export function nextBelow(bits: Int32Array, from: number): number {
  let word = from >>> 5;
  let found = (bits[word] as number) & ((1 << (from & 31)) - 1);
  while (found === 0) found = bits[--word] as number;
  return (word << 5) + 31 - Math.clz32(found);
}

/** Whether the node's bit is set. */
export const isSet = (bits: Int32Array, node: number): boolean =>
  (((bits[node >>> 5] as number) >>> (node & 31)) & 1) !== 0;
