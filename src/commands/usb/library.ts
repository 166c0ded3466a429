import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boardLibrary } from '../../virtual/index.ts';

/** The library's bytecode, which `npm run build` makes; a clone that was not built has none. */
const BYTECODE = join(import.meta.dirname, '../../micropython/kiteline');

/** What a board is given by USB. */
export interface Library {
  /** By path on the board: bytecode where there is some, which a chip need not compile at each start. */
  files: Map<string, Uint8Array>;
  /** The same modules in the other form: MicroPython would take `NAME.py` before `NAME.mpy`. */
  twins: string[];
}

/** @param bytecode its folder */
export function libraryFiles(bytecode = BYTECODE): Library {
  const compiled = bytecodeIn(bytecode);
  const files = new Map<string, Uint8Array>();
  const twins: string[] = [];
  for (const [path, text] of Object.entries(boardLibrary())) {
    const source = `/${path}`;
    const name = path.split('/').at(-1)?.replace(/\.py$/, '.mpy') ?? '';
    const other = source.replace(/\.py$/, '.mpy');
    if (compiled.includes(name)) files.set(other, readFileSync(join(bytecode, name)));
    else files.set(source, Buffer.from(text));
    twins.push(compiled.includes(name) ? source : other);
  }
  return { files, twins };
}

function bytecodeIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
