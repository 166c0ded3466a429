import type { Clock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { SceneOptions, ScenePatch } from './messages.ts';
import { Scene } from './scene.ts';

export type { Scene, SceneOptions };

/** Scenes at a time: each has up to 3 MiB of cells, and a recording. */
const MOST_SCENES = 32;

/** Whoever shows scenes. */
export interface SceneWatcher {
  /** There will be a patch of the board's scene. */
  changed(board: string): void;
  patched(board: string, patch: ScenePatch): void;
  /** It has another scene now, or none. */
  replaced(board: string): void;
}

/** What the hub's apps draw, one scene a board. */
export class Scenes {
  readonly #clock: Clock;
  readonly #byBoard = new Map<string, Scene>();
  readonly #watchers = new Set<SceneWatcher>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An empty one, in place of the one that the board has. @throws KitelineError BAD_ARGUMENT, NOT_ALLOWED when there are too many */
  make(board: string, options: SceneOptions): Scene {
    const before = this.#byBoard.get(board);
    if (!before && this.#byBoard.size >= MOST_SCENES) {
      throw new KitelineError(
        'NOT_ALLOWED',
        say(
          `A hub has at most ${MOST_SCENES} maps: close one before ${board} gets one.`,
          `一个中枢最多有 ${MOST_SCENES} 张地图：请先关闭一张，再为 ${board} 创建。`,
        ),
      );
    }
    const scene: Scene = new Scene(board, options, this.#clock, {
      changed: () => this.#tell((watcher) => watcher.changed(board)),
      patched: (patch) => this.#tell((watcher) => watcher.patched(board, patch)),
      closed: () => this.#closed(scene),
    });
    this.#byBoard.set(board, scene);
    before?.close();
    this.#tell((watcher) => watcher.replaced(board));
    return scene;
  }

  get(board: string): Scene | undefined {
    return this.#byBoard.get(board);
  }

  /** @returns ends it */
  watch(watcher: SceneWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  close(): void {
    for (const scene of [...this.#byBoard.values()]) scene.close();
  }

  #closed(scene: Scene): void {
    if (this.#byBoard.get(scene.board) !== scene) return; // another has its place
    this.#byBoard.delete(scene.board);
    this.#tell((watcher) => watcher.replaced(scene.board));
  }

  #tell(say: (watcher: SceneWatcher) => void): void {
    for (const watcher of [...this.#watchers]) say(watcher);
  }
}
