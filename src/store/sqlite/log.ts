import { join } from 'node:path';
import { say } from '../../language.ts';
import type { Files } from './files.ts';
import { alignedCopy, type Commit, decodeFrame, encodeFrame, LEAST_FRAME, nextPlace } from './frame.ts';

const NAME = /^log-(\d+)\.klog$/;

/**
 * What is committed and not yet in the database: frames in files of their own, one behind the other, only ever appended
 * to. A commit is durable when `append` returns.
 */
export class Log {
  readonly #files: Files;
  readonly #folder: string;
  #older: string[]; // files from before
  #number: number; // of the newest file there has been
  #file: number | undefined;
  #base = 0; // the number of the last commit that the database had when the newest file was begun
  #isEmpty = true; // the newest file has its first frame, and no commit
  #size = 0;
  #olderSize = 0;
  #broken = false;

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
    const numbers = files.list(folder).flatMap((name) => NAME.exec(name)?.[1] ?? []);
    numbers.sort((a, b) => Number(a) - Number(b));
    this.#older = numbers.map((number) => join(folder, nameOf(Number(number))));
    this.#number = Number(numbers.at(-1) ?? 0);
    for (const path of this.#older) this.#olderSize += files.size(path);
  }

  /** Bytes of all its files. */
  get size(): number {
    return this.#olderSize + this.#size;
  }

  /** Whether it takes nothing more before `startNew`: a failed write could not be undone. */
  get broken(): boolean {
    return this.#broken;
  }

  /**
   * Gives every commit with a number above `after`, in order.
   * @param damaged is told of each place that is no whole frame, and of commits that are nowhere
   * @returns the highest number that it knows of, at least `after`
   */
  replay(after: number, visit: (commit: Commit) => void, damaged: (sentence: string) => void): number {
    this.#base = after;
    let last = after;
    for (const path of this.#older) {
      const file = alignedCopy(this.#files.read(path));
      let bad = -1; // where the damaged place began
      for (let at = 0; at < file.length; ) {
        const frame = decodeFrame(file, at);
        // What a board sent may look like a frame: one behind a damaged place has no number that does not fit there. Behind
        // the first frame of a file alone it may be any, for nothing of a board is in that.
        const most = bad > 0 ? last + 1 + (at - bad) / LEAST_FRAME : Number.POSITIVE_INFINITY;
        if (!frame || frame.commit.number > most) {
          if (bad < 0) bad = at;
          at = nextPlace(file, at);
          continue;
        }
        const { number } = frame.commit;
        const isMissing = number > last + (isMark(frame.commit) ? 0 : 1);
        if (bad >= 0) damaged(damagedSentence(path, bad, at));
        else if (isMissing) damaged(missingSentence(path, last + 1, number));
        bad = -1;
        at = frame.end;
        if (number <= last) continue;
        last = number;
        if (!isMark(frame.commit)) visit(frame.commit);
      }
      if (bad >= 0) damaged(unfinishedSentence(path, bad, file.length));
    }
    return last;
  }

  /**
   * Returns when the commit is on disk.
   * @throws the system's error; the commit is then not in the log, unless the system failed at undoing it as well:
   *   the log is `broken` then
   */
  append(commit: Commit): void {
    this.#file ??= this.#create();
    const size = this.#write(this.#file, commit);
    try {
      this.#files.sync(this.#file);
    } catch (error) {
      // What is on disk is not known from here on, and asking again may be answered with a false yes (the kernel forgets
      // what it failed to write: Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
      this.#undo(this.#file);
      this.#broken = true;
      throw error;
    }
    this.#size += size;
    this.#isEmpty = false;
  }

  /** Begins a new, empty log: everything up to the commit of this number is in the database. */
  startNew(base: number): void {
    this.#base = base;
    if (this.#file !== undefined && (!this.#isEmpty || this.#broken)) {
      this.#older.push(join(this.#folder, nameOf(this.#number)));
      this.#olderSize += this.#size;
      this.#size = 0;
      const file = this.#file;
      this.#file = undefined;
      this.#files.close(file);
    }
    this.#broken = false;
    try {
      this.#file ??= this.#create();
    } catch {
      // the next append tries again, and says so
    }
    while (this.#older.length > 0) {
      this.#files.remove(this.#older[0] as string);
      this.#older.shift();
    }
    this.#olderSize = 0;
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) this.#files.close(file);
  }

  /** A new file. It begins with what the database had then: a database that has less has lost it. */
  #create(): number {
    const number = ++this.#number; // whatever happens: what failed may be there all the same
    const path = join(this.#folder, nameOf(number));
    const file = this.#files.create(path);
    this.#size = 0;
    this.#isEmpty = true;
    try {
      this.#size = this.#write(file, { number: this.#base, ...NOTHING });
      this.#files.syncFolder(this.#folder);
    } catch (error) {
      this.#size = 0;
      this.#broken = false;
      this.#files.close(file);
      this.#files.remove(path);
      throw error;
    }
    return file;
  }

  /** @returns how many bytes it has written @throws the system's error; then nothing of it is there, or the log is broken */
  #write(file: number, commit: Commit): number {
    const parts = encodeFrame(commit);
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    try {
      let rest = parts;
      for (let written = 0; written < size; ) {
        const count = this.#files.write(file, rest);
        if (count === 0) throw new Error('the system wrote nothing');
        written += count;
        if (written < size) rest = without(rest, count);
      }
    } catch (error) {
      this.#undo(file);
      throw error;
    }
    return size;
  }

  #undo(file: number): void {
    try {
      this.#files.truncate(file, this.#size);
    } catch {
      this.#broken = true;
    }
  }
}

/** Of the first frame of a file, which is no commit. */
const NOTHING: Omit<Commit, 'number'> = {
  samples: { words: new Float64Array(0), strings: new Uint8Array(0), layouts: [] },
  texts: [],
  acks: [],
};

/** The commit that the database had when the newest log was begun; 0 where no log says so. */
export function baseOf(files: Files, folder: string): number {
  const logs = files.list(folder).filter((name) => NAME.test(name));
  for (const name of logs.toSorted().reverse()) {
    const frame = decodeFrame(alignedCopy(files.read(join(folder, name))), 0);
    if (frame && isMark(frame.commit)) return frame.commit.number;
  }
  return 0;
}

const isMark = ({ samples, texts, acks }: Commit): boolean =>
  samples.words.length + texts.length + acks.length === 0;

const nameOf = (number: number): string => `log-${String(number).padStart(8, '0')}.klog`;

/** What is left of `parts` without their first `count` bytes. */
function without(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest = Buffer.concat(parts);
  return [rest.subarray(count)];
}

function damagedSentence(path: string, from: number, to: number): string {
  return say(
    `${path}: bytes ${from} to ${to} are damaged and left out: what was committed there is lost.`,
    `${path}：第 ${from} 到 ${to} 字节已损坏，被跳过：其中提交过的内容已丢失。`,
  );
}

function unfinishedSentence(path: string, from: number, to: number): string {
  return say(
    `${path}: the last ${to - from} bytes are no whole commit and are left out: a write that was cut off, or damage.`,
    `${path}：末尾的 ${to - from} 字节不是完整的提交，被跳过：可能是写入被中断，也可能已损坏。`,
  );
}

/** Whether a sentence about damage is of the end of a log alone: what a hub that is killed in the middle of a write leaves. */
export const isUnfinished = (sentence: string): boolean =>
  /the last \d+ bytes are no whole commit|末尾的 \d+ 字节不是完整的提交/.test(sentence);

function missingSentence(path: string, from: number, to: number): string {
  return say(
    `${path}: commits from ${from} to ${to} are neither in the database nor in the log: part of either is lost, or they do not belong together.`,
    `${path}：第 ${from} 到 ${to} 次提交既不在数据库中，也不在日志中：其中一部分已丢失，或者两者并不属于同一数据存储。`,
  );
}
