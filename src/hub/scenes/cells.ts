/** Cells packed for the wire: equal ones that follow each other as their value and their number, in base64; patch.ts unpacks them. */

/** Each run is a byte, the value, and its length in LEB128 (DWARF 5, section 7.6): a room of 100 × 100 cells is about a kilobyte. */
export function packCells(cells: Uint8Array): string {
  const bytes: number[] = [];
  for (let from = 0; from < cells.length; ) {
    const value = cells[from] as number;
    let to = from + 1;
    while (to < cells.length && cells[to] === value) to++;
    bytes.push(value);
    for (let left = to - from; ; left >>>= 7) {
      bytes.push(left > 0x7f ? (left & 0x7f) | 0x80 : left);
      if (left <= 0x7f) break;
    }
    from = to;
  }
  return Buffer.from(bytes).toString('base64');
}
