/** Brings a set of files onto a board: only what changed, all of it or (until the last moment) nothing. */
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { type BoardFiles, hashOf, type Progress, partOf } from './files.ts';
import { readSmall } from './info.ts';
import { PROGRAM_FILE } from './program-layout.ts';
import type { RawRepl } from './raw-repl.ts';

/** What was put on the board by us, so that somebody else's file is told from ours. */
export const LEDGER = '/.kiteline-files.json';
/** Digits of a hash that the ledger keeps: it tells an edited file, and is no proof against anybody. */
const DIGITS = 16;

interface Ledger {
  /** By path: those of the last push, which the next one removes when they are gone from the folder. */
  pushed: Record<string, string>;
  /** Those that stay: the library, the settings. */
  setup: Record<string, string>;
}

/** By path on the board. `stays`: a push that does not know it leaves it there. */
export type Wanted = ReadonlyMap<string, { bytes: Uint8Array; stays: boolean }>;

export interface Changes {
  write: string[];
  same: string[];
  /** Pushed before, and not wanted any more. */
  remove: string[];
  /** Of those to be written or removed: what on the board is not what we put there. */
  foreign: string[];
}

export class Sync {
  readonly #files: BoardFiles;
  readonly #ledger: Ledger;

  private constructor(files: BoardFiles, ledger: Ledger) {
    this.#files = files;
    this.#ledger = ledger;
  }

  /** @throws KitelineError */
  static async open(repl: RawRepl, files: BoardFiles): Promise<Sync> {
    return new Sync(files, ledgerIn(await readSmall(repl, LEDGER)));
  }

  /** Whether we put it there, whatever has become of it. */
  knows(path: string): boolean {
    return path in this.#ledger.pushed || path in this.#ledger.setup;
  }

  /** Paths that a push brought, in the root and its folders or in the program folder `/program-…` that is meant. */
  pushed(folder: string): string[] {
    return Object.keys(this.#ledger.pushed).filter((path) =>
      folder === '' ? !path.startsWith('/program-') : path.startsWith(`${folder}/`),
    );
  }

  /**
   * @param wanted by path on the board
   * @param gone paths that are to be removed where they are
   * @throws KitelineError
   */
  async compare(wanted: Wanted, gone: readonly string[] = []): Promise<Changes> {
    const { pushed, setup } = this.#ledger;
    const states = await this.#files.states([...wanted.keys(), ...gone]);
    const write: string[] = [];
    const same: string[] = [];
    for (const [path, { bytes }] of wanted) {
      (states.get(path)?.hash === hashOf(bytes) ? same : write).push(path);
    }
    const remove = gone.filter((path) => states.has(path));
    const isForeign = (path: string): boolean => {
      const hash = states.get(path)?.hash.slice(0, DIGITS);
      return hash !== undefined && hash !== pushed[path] && hash !== setup[path];
    };
    return { write, same, remove, foreign: [...write, ...remove].filter(isForeign) };
  }

  /**
   * Everything is brought beside what is there, and takes its place in one go.
   * @throws KitelineError; the board then runs what it ran before, and the same call later goes on where this one ended
   */
  async apply(
    wanted: Wanted,
    { write, same, remove }: Changes,
    onProgress: (at: Progress) => void = () => {},
  ): Promise<void> {
    const ledger = this.#after(wanted, [...write, ...same], remove);
    if (write.length === 0 && remove.length === 0 && ledger === JSON.stringify(this.#ledger)) return;
    await this.#files.makeFolders(write);
    const parts = await this.#files.states(write.map(partOf));
    for (const path of write) {
      await this.#files.stage(path, bytesOf(wanted, path), onProgress, { there: parts.get(partOf(path)) });
    }
    await this.#files.stage(LEDGER, Buffer.from(ledger));
    await this.#files.commit([...write.toSorted((a, b) => order(a) - order(b)), LEDGER]);
    await this.#files.remove(remove);
    Object.assign(this.#ledger, JSON.parse(ledger));
  }

  #after(wanted: Wanted, ours: string[], remove: string[]): string {
    const { pushed, setup } = this.#ledger;
    const next: Ledger = { pushed: { ...pushed }, setup: { ...setup } };
    for (const path of [...ours, ...remove]) {
      delete next.pushed[path];
      delete next.setup[path];
    }
    for (const path of ours) {
      const stays = wanted.get(path)?.stays ?? false;
      next[stays ? 'setup' : 'pushed'][path] = hashOf(bytesOf(wanted, path)).slice(0, DIGITS);
    }
    return JSON.stringify(next);
  }
}

const bytesOf = (wanted: Wanted, path: string): Uint8Array => wanted.get(path)?.bytes ?? new Uint8Array();

/** What starts a program comes after all of it, what says which program that is after that, and the board's own start last. */
function order(path: string): number {
  if (path === '/main.py' || path === '/boot.py') return 3;
  if (path === PROGRAM_FILE) return 2;
  return path.endsWith('/main.py') ? 1 : 0;
}

function ledgerIn(text: string | undefined): Ledger {
  const empty: Ledger = { pushed: {}, setup: {} };
  if (text === undefined) return empty;
  try {
    const { pushed, setup } = JSON.parse(text);
    return { pushed: { ...pushed }, setup: { ...setup } };
  } catch {
    return empty; // then every file counts as somebody else's
  }
}

/** @throws KitelineError USAGE: what is on the board is not ours, and nobody has said that it may go */
export function refuseForeign(foreign: readonly string[]): never {
  const names = foreign.join(', ');
  throw new KitelineError(
    'USAGE',
    say(
      `The board has files that were changed there or come from elsewhere: ${names}. --backup FOLDER copies them before they are replaced; --yes replaces them.`,
      `板子上有在别处写入或修改过的文件：${names}。--backup 文件夹 会先备份再替换；--yes 直接替换。`,
    ),
  );
}
