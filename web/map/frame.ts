import type { Box, MapModel } from './model.ts';

/** Metres around what is seen; the frame grows by as much, so that it does so seldom. */
const MARGIN = 0.6;
/** Metres that it shows at least. */
const LEAST = 3;

/** What part of the world is shown, and where: it grows with what is seen, and never shrinks under a finger. */
export class Frame {
  /** Pixels of a metre. */
  scale = 1;
  /** Pixels. */
  width = 1;
  height = 1;
  #left = 0; // metres, at the left edge
  #top = 0; // metres, at the top edge
  #box: Box | undefined;

  /** Another map. */
  forget(): void {
    this.#box = undefined;
  }

  /** @returns whether everything is elsewhere now */
  grow({ seen, size }: MapModel): boolean {
    const { cell, width, height, x, y } = size;
    const wanted = seen ?? { left: x, bottom: y, right: x + width * cell, top: y + height * cell };
    const box = this.#box;
    if (
      box &&
      wanted.left >= box.left &&
      wanted.right <= box.right &&
      wanted.bottom >= box.bottom &&
      wanted.top <= box.top
    )
      return false;
    this.#box = {
      left: Math.min(box?.left ?? wanted.left, wanted.left - MARGIN),
      right: Math.max(box?.right ?? wanted.right, wanted.right + MARGIN),
      bottom: Math.min(box?.bottom ?? wanted.bottom, wanted.bottom - MARGIN),
      top: Math.max(box?.top ?? wanted.top, wanted.top + MARGIN),
    };
    this.#fit();
    return true;
  }

  resize(width: number, height: number): void {
    this.width = Math.max(width, 1);
    this.height = Math.max(height, 1);
    this.#fit();
  }

  /** Pixels from the left and from the top. */
  at(x: number, y: number): [left: number, top: number] {
    return [(x - this.#left) * this.scale, (this.#top - y) * this.scale];
  }

  /** Metres. */
  placeAt(left: number, top: number): [x: number, y: number] {
    return [this.#left + left / this.scale, this.#top - top / this.scale];
  }

  #fit(): void {
    if (!this.#box) return;
    const { left, right, bottom, top } = this.#box;
    this.scale = Math.min(
      this.width / Math.max(right - left, LEAST),
      this.height / Math.max(top - bottom, LEAST),
    );
    this.#left = (left + right) / 2 - this.width / 2 / this.scale;
    this.#top = (bottom + top) / 2 + this.height / 2 / this.scale;
  }
}
