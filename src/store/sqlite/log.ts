import { join } from 'node:path';
import { say } from '../../language.ts';
import type { Files } from './files.ts';
import { alignedCopy, type Commit, decodeFrame, encodeFrame, nextPlace } from './frame.ts';

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
   * @param damaged is told of each place that is no whole frame
   */
  replay(after: number, visit: (commit: Commit) => void, damaged: (sentence: string) => void): void {
    let last = after;
    for (const path of this.#older) {
      const file = alignedCopy(this.#files.read(path));
      let bad = -1; // where the damaged place began
      for (let at = 0; at < file.length; ) {
        const frame = decodeFrame(file, at);
        if (!frame) {
          if (bad < 0) bad = at;
          at = nextPlace(file, at);
          continue;
        }
        if (bad >= 0) damaged(damagedSentence(path, bad, at));
        bad = -1;
        at = frame.end;
        if (frame.commit.number <= last) continue;
        last = frame.commit.number;
        visit(frame.commit);
      }
      if (bad >= 0) damaged(unfinishedSentence(path, bad, file.length));
    }
  }

  /**
   * Returns when the commit is on disk.
   * @throws the system's error; the commit is then not in the log, unless the system failed at undoing it as well:
   *   the log is `broken` then
   */
  append(commit: Commit): void {
    this.#file ??= this.#create();
    const parts = encodeFrame(commit);
    let size = 0;
    for (const part of parts) size += part.length;
    try {
      this.#write(this.#file, parts, size);
    } catch (error) {
      this.#undo(this.#file);
      throw error;
    }
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
  }

  /** Begins a new, empty log: everything committed is in the database. */
  startNew(): void {
    if (this.#file !== undefined) {
      this.#older.push(join(this.#folder, nameOf(this.#number)));
      this.#olderSize += this.#size;
      this.#size = 0;
      const file = this.#file;
      this.#file = undefined;
      this.#files.close(file);
    }
    this.#broken = false;
    while (this.#older.length > 0) {
      this.#files.remove(this.#older[0] as string);
      this.#older.shift();
    }
    this.#olderSize = 0;
  }

  close(): void {
    if (this.#file !== undefined) this.#files.close(this.#file);
    this.#file = undefined;
  }

  #create(): number {
    const file = this.#files.create(join(this.#folder, nameOf(this.#number + 1)));
    this.#number++;
    try {
      this.#files.syncFolder(this.#folder);
    } catch (error) {
      this.#files.close(file);
      this.#files.remove(join(this.#folder, nameOf(this.#number)));
      throw error;
    }
    return file;
  }

  #write(file: number, parts: readonly Uint8Array[], size: number): void {
    let rest = parts;
    for (let written = 0; written < size; ) {
      const count = this.#files.write(file, rest);
      if (count === 0) throw new Error('the system wrote nothing');
      written += count;
      if (written < size) rest = without(rest, count);
    }
  }

  #undo(file: number): void {
    try {
      this.#files.truncate(file, this.#size);
    } catch {
      this.#broken = true;
    }
  }
}

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
