import type { ScenePatch } from '../../hub/scenes/messages.ts';
import type { Scenes } from '../../hub/scenes/scenes.ts';
import type { Channel } from './channels.ts';
import type { FromHub } from './messages.ts';

/** Patches that wait for the next frame: a second of them. There is one, unless this process was kept from its work. */
const MOST_PATCHES = 20;

/** The map that an app draws of a board. */
export class SceneChannel implements Channel {
  readonly name: `scene:${string}`;
  readonly everyMs = 50;
  readonly #board: string;
  readonly #scenes: Scenes;
  #patches: ScenePatch[] = [];
  #isOwed = false; // to everybody

  constructor(board: string, scenes: Scenes) {
    this.name = `scene:${board}`;
    this.#board = board;
    this.#scenes = scenes;
  }

  take(): void {} // scenes tell of themselves

  patched(patch: ScenePatch): void {
    if (this.#isOwed) return; // the whole will have it
    this.#patches.push(patch);
    if (this.#patches.length > MOST_PATCHES) this.replaced();
  }

  /** What pages have is of no use any more. */
  replaced(): void {
    this.#isOwed = true;
    this.#patches = [];
  }

  frame(at: number): FromHub | undefined {
    if (this.#isOwed) return this.#whole(at);
    this.#scenes.get(this.#board)?.commit();
    if (this.#patches.length === 0) return undefined;
    const patches = this.#patches;
    this.#patches = [];
    return { ch: this.name, at, patches };
  }

  async full(at: number): Promise<FromHub> {
    // Its last patch is still owed to the others: the page, which has it, passes it over.
    return { ch: this.name, at, scene: this.#scenes.get(this.#board)?.whole() ?? null };
  }

  #whole(at: number): FromHub {
    const scene = this.#scenes.get(this.#board)?.whole() ?? null;
    this.#isOwed = false;
    return { ch: this.name, at, scene };
  }
}
