/** How much of the board's flash its files take. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** As littlefs has them. */
const BLOCK = 4_096;
/** What a folder takes: littlefs keeps two copies of its list. The root's are there from the beginning. */
const FOLDER_BLOCKS = 2;

/** Blocks of 4096 bytes. A file of fewer bytes than an eighth of a block stands in its folder's list, and takes none. */
export function usedBlocks(folder: string): number {
  let blocks = FOLDER_BLOCKS;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) blocks += usedBlocks(path);
    else if (entry.isFile()) {
      const bytes = lstatSync(path).size;
      if (bytes > BLOCK / 8) blocks += Math.ceil(bytes / BLOCK);
    }
  }
  return blocks;
}
