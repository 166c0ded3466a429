/** What a patch makes of a map. Runs in the browser, too. */
import type { ScenePatch } from './messages.ts';

/** The reverse of `packCells`, into cells that are as many. */
export function unpackCells(packed: string, cells: Uint8Array): void {
  const bytes = atob(packed);
  let to = 0;
  for (let i = 0; i < bytes.length; ) {
    const value = bytes.charCodeAt(i++);
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.charCodeAt(i++);
      length |= (byte & 0x7f) << shift;
      if (!(byte >= 0x80)) break; // also where it ends too early
    }
    cells.fill(value, to, to + length);
    to += length;
  }
}

/** Makes the cells as they are after the patch. */
export function applyCells({ cells = [], map }: Pick<ScenePatch, 'cells' | 'map'>, to: Uint8Array): void {
  if (map !== undefined) unpackCells(map, to);
  for (let i = 0; i + 1 < cells.length; i += 2) to[cells[i] as number] = cells[i + 1] as number;
}
