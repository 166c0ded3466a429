import { say } from '../../language.ts';
import type { Feed } from '../feed.ts';
import type { ProgramInfo } from './info.ts';

/** What the boards run: heard at each hello and when a trial is over, told to whoever updates one, and to people. */
export class Programs {
  readonly #feed: Feed;
  readonly #watchers = new Map<string, Set<(info: ProgramInfo) => void>>();
  /** Boards that get a new program now. */
  readonly #updating = new Set<string>();

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  /** @param at milliseconds since 1970 UTC @param before what the board said the last time */
  heard(board: string, info: ProgramInfo, before: ProgramInfo | undefined, at: number): void {
    for (const watcher of [...(this.#watchers.get(board) ?? [])]) watcher(info);
    const text = sentenceOf(info, before);
    if (text)
      this.#feed.publish({
        type: 'log',
        board,
        at,
        level: info.failed && !info.trial ? 'error' : 'log',
        text,
      });
  }

  /** @returns ends it */
  watch(board: string, watcher: (info: ProgramInfo) => void): () => void {
    const watchers = this.#watchers.get(board) ?? new Set();
    this.#watchers.set(board, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(board) === watchers) this.#watchers.delete(board);
    };
  }

  /** One update of a board at a time. @returns undefined when there is one already, else ends it */
  claim(board: string): (() => void) | undefined {
    if (this.#updating.has(board)) return undefined;
    this.#updating.add(board);
    return () => void this.#updating.delete(board);
  }
}

/** What is new of it, for people. */
function sentenceOf({ id, trial, failed }: ProgramInfo, before: ProgramInfo | undefined): string | undefined {
  if (failed && (failed.id !== before?.failed?.id || failed.why !== before?.failed?.why))
    return say(
      `The new program ${failed.id ?? ''} failed (${failed.why}): the one before it runs again.`,
      `新程序 ${failed.id ?? ''} 失败（${failed.why}）：已恢复运行之前的程序。`,
    );
  if (trial && !before?.trial)
    return say(`The new program ${id ?? ''} is on trial.`, `新程序 ${id ?? ''} 正在试运行。`);
  if (before?.trial && !trial)
    return say(`The new program ${id ?? ''} is good and stays.`, `新程序 ${id ?? ''} 运行正常，予以保留。`);
  return undefined;
}
