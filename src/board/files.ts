/** The files of a board, over its raw REPL. */
import { createHash } from 'node:crypto';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import type { RawRepl } from './raw-repl.ts';
import { FRAME, RECEIVER } from './receiver.ts';
import { BoardError, garbled } from './repl-error.ts';
import { sendBlocks } from './send-blocks.ts';

/** Of a name under which a file comes; it gets its own when it is whole. */
const PART = '.part';
/** Times that a file is gone on with in vain while the line loses bytes. */
const TRIES = 5;
const HASH_MS = 120_000; // a megabyte of flash takes a board seconds
const READ = 768; // bytes a line of a file that is read; a multiple of 3
const ENOENT = 2;
const ENOSPC = 28;

export interface BoardFile {
  /** From the root, with a slash in front. */
  path: string;
  size: number;
}

export interface FileState extends BoardFile {
  /** SHA-256, hex. */
  hash: string;
}

export interface Progress {
  path: string;
  /** Bytes of it that are on the board. */
  done: number;
  size: number;
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export class BoardFiles {
  readonly #repl: RawRepl;
  #isReady = false;
  #hasDeflate = false;

  constructor(repl: RawRepl) {
    this.#repl = repl;
  }

  /** Every file, in folders too, what is mounted (`/sd`, `/remote`) as well; none where there is no such folder. @throws KitelineError */
  async list(folder = '/'): Promise<BoardFile[]> {
    return this.#repl.ask<BoardFile[]>(
      `import os,json
def _k_walk(p,l):
 for e in os.ilistdir(p or '/'):
  q=p+'/'+e[0]
  if e[1]&0x4000:_k_walk(q,l)
  else:l.append({'path':q,'size':e[3] if len(e)>3 else os.stat(q)[6]})
 return l
_k=[]
try:_k_walk(${py(folder.replace(/\/+$/, ''))},_k)
except OSError:pass
print(json.dumps(_k))`,
      HASH_MS,
    );
  }

  /** What is there of these paths. @throws KitelineError */
  async states(paths: readonly string[]): Promise<Map<string, FileState>> {
    if (paths.length === 0) return new Map();
    await this.#prepare();
    const found = await this.#repl.ask<[string, number, string][]>(`_k_states(${pyList(paths)})`, HASH_MS);
    return new Map(found.map(([path, size, hash]) => [path, { path, size, hash }]));
  }

  /** @throws KitelineError NOT_FOUND, GARBLED */
  async get(path: string): Promise<Buffer> {
    const text = await this.#repl
      .print(
        `import binascii
with open(${py(path)},'rb') as f:
 while 1:
  d=f.read(${READ})
  if not d:break
  print(binascii.b2a_base64(d).decode(),end='')`,
        HASH_MS,
      )
      .catch((error) => {
        throw this.#explained(error, path);
      });
    const bytes = Buffer.from(text.replace(/\s+/g, ''), 'base64');
    const state = (await this.states([path])).get(path);
    if (state?.hash !== hashOf(bytes)) throw garbled(this.#repl.port.name);
    return bytes;
  }

  /**
   * Brings a file under the name that `partOf` gives, whole and checked; what an earlier try has left of the same file is kept.
   * @param part what is there under that name, as `states` told it; left out: it is asked
   * @throws KitelineError CLOSED (the same call later goes on), USAGE when the flash is full, GARBLED
   */
  async stage(
    path: string,
    bytes: Uint8Array,
    onProgress: (at: Progress) => void = () => {},
    part?: { there: FileState | undefined },
  ): Promise<void> {
    let known = part;
    let failed = 0; // since there was more of it on the board than before
    let most = 0;
    const watched = (at: Progress): void => {
      if (at.done > most) failed = 0;
      most = Math.max(most, at.done);
      onProgress(at);
    };
    for (let careful = false; ; careful = true) {
      try {
        const { there } = known ?? { there: (await this.states([partOf(path)])).get(partOf(path)) };
        if (await this.#stage(path, bytes, watched, there, careful)) return;
        if (++failed >= TRIES) throw garbled(this.#repl.port.name);
      } catch (error) {
        if (!(error instanceof KitelineError) || error.code === 'CLOSED') throw error;
        await this.#repl.enter(); // what was on its way lies in its input
        this.#isReady = false; // it may have restarted
        if (!isLoss(error)) throw this.#explained(error, path, bytes.length);
        if (++failed >= TRIES) throw garbled(this.#repl.port.name, '', error);
      }
      known = undefined;
    }
  }

  async #stage(
    path: string,
    bytes: Uint8Array,
    onProgress: (at: Progress) => void,
    there: FileState | undefined,
    careful: boolean,
  ): Promise<boolean> {
    await this.#prepare();
    const isBegun =
      there !== undefined &&
      there.size > 0 &&
      there.size <= bytes.length &&
      there.hash === hashOf(bytes.subarray(0, there.size));
    const at = isBegun ? there.size : 0;
    onProgress({ path, done: at, size: bytes.length });
    if (isBegun && at === bytes.length) return true;
    await this.#repl.start(`_k_put(${py(partOf(path))},${at},${careful ? FRAME : 0})`);
    const hash = await sendBlocks(this.#repl, bytes.subarray(at), {
      hasDeflate: this.#hasDeflate,
      careful,
      onProgress: (done) => onProgress({ path, done: at + done, size: bytes.length }),
    });
    return hash === hashOf(bytes);
  }

  /** Gives staged files their names, all in one go that needs no cable any more. @throws KitelineError */
  async commit(paths: readonly string[]): Promise<void> {
    await this.#repl.exec(
      `import os
for p in ${pyList(paths)}:
 try:os.rename(p+${py(PART)},p)
 except OSError:
  os.remove(p);os.rename(p+${py(PART)},p)`, // FAT renames over nothing
      { timeout: HASH_MS },
    );
  }

  /** `stage` and `commit`. @throws as they do */
  async put(path: string, bytes: Uint8Array, onProgress?: (at: Progress) => void): Promise<void> {
    await this.makeFolders([path]);
    await this.stage(path, bytes, onProgress);
    await this.commit([path]);
  }

  /** The folders that these files lie in. @throws KitelineError */
  async makeFolders(paths: readonly string[]): Promise<void> {
    const folders = new Set<string>();
    for (const path of paths) {
      const parts = path.split('/').slice(1, -1);
      for (let count = 1; count <= parts.length; count++) folders.add(`/${parts.slice(0, count).join('/')}`);
    }
    if (folders.size === 0) return;
    await this.#repl.exec(
      `import os
for p in ${pyList([...folders].sort())}:
 try:os.mkdir(p)
 except OSError as e:
  if e.errno!=17:raise`,
      { timeout: HASH_MS },
    );
  }

  /** Files that are not there are passed over. @throws KitelineError */
  async remove(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    await this.#repl.exec(
      `import os
for p in ${pyList(paths)}:
 try:os.remove(p)
 except OSError as e:
  if e.errno!=${ENOENT}:raise`,
      { timeout: HASH_MS },
    );
  }

  /** @throws KitelineError */
  async rename(from: string, to: string): Promise<void> {
    await this.#repl
      .exec(`import os;os.rename(${py(from)},${py(to)})`, { timeout: HASH_MS })
      .catch((error) => {
        throw this.#explained(error, from);
      });
  }

  async #prepare(): Promise<void> {
    if (this.#isReady) return;
    const answer = await this.#repl.print(`${RECEIVER}
try:
 import deflate;print('deflate')
except ImportError:pass`);
    this.#hasDeflate = answer.includes('deflate');
    this.#isReady = true;
  }

  #explained(error: unknown, path: string, size?: number): unknown {
    if (!(error instanceof BoardError)) return error;
    if (error.errno === ENOENT) {
      return new KitelineError(
        'NOT_FOUND',
        say(`There is no ${path} on the board.`, `板子上没有 ${path}。`),
        { cause: error },
      );
    }
    if (error.errno === ENOSPC) {
      return new KitelineError(
        'USAGE',
        say(
          `The board's flash is full: ${path}${size === undefined ? '' : ` (${size} bytes)`} does not fit. Nothing was replaced; remove files and try again.`,
          `板子的闪存已满：放不下 ${path}${size === undefined ? '' : `（${size} 字节）`}。没有替换任何文件；请删除一些文件后重试。`,
        ),
        { cause: error },
      );
    }
    return error;
  }
}

/** Bytes were lost or altered: what a board makes of that is anything but an error of its flash or its memory. */
const isLoss = (error: KitelineError): boolean =>
  error instanceof BoardError
    ? error.errno === undefined && !error.traceback.includes('MemoryError')
    : error.code === 'GARBLED' || error.code === 'TIMEOUT';

/** Where a file lies until it is whole. */
export const partOf = (path: string): string => path + PART;
export const isPart = (path: string): boolean => path.endsWith(PART);

/** As Python writes a text: JSON's escapes are Python's. */
export const py = (text: string): string => JSON.stringify(text);
const pyList = (texts: readonly string[]): string => `(${texts.map((text) => `${py(text)},`).join('')})`;
