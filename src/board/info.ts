import { py } from './files.ts';
import type { RawRepl } from './raw-repl.ts';

/** What a board is. */
export interface BoardInfo {
  /** As MicroPython names it: `Generic ESP32 module with ESP32`. */
  machine: string;
  /** Of MicroPython: `1.27.0`. */
  version: string;
  /** `esp32`, `rp2`, … */
  platform: string;
  /** Bytes of heap that are free, now that nothing runs, and of flash. */
  heapFree: number;
  flashFree: number;
  flashSize: number;
  /** Hex; of the chip. */
  id: string;
}

/** @throws KitelineError */
export const readInfo = (repl: RawRepl): Promise<BoardInfo> =>
  repl.ask<BoardInfo>(`import sys,os,gc,json
gc.collect()
try:
 import machine,binascii;_k=binascii.hexlify(machine.unique_id()).decode()
except (ImportError,AttributeError):_k=''
_s=os.statvfs('/')
print(json.dumps({'machine':getattr(sys.implementation,'_machine',sys.platform),'version':'.'.join([str(n) for n in sys.implementation.version[:3]]),'platform':sys.platform,'heapFree':gc.mem_free(),'flashFree':_s[0]*_s[3],'flashSize':_s[0]*_s[2],'id':_k}))`);

/** The text of a small file of the board; undefined when there is none. @throws KitelineError */
export async function readSmall(repl: RawRepl, path: string): Promise<string | undefined> {
  const text = await repl.ask<string | null>(`import json
try:
 with open(${py(path)}) as f:print(json.dumps(f.read()))
except (OSError,UnicodeError):print('null')`);
  return text ?? undefined;
}
