import type { MapModel } from './model.ts';

/** The cells of a map on a canvas, a pixel each: the browser makes them larger. */
export class CellPainter {
  readonly #context: CanvasRenderingContext2D;
  #image: ImageData | undefined;
  #pixels = new Uint32Array();
  #palette = new Uint32Array(101);

  constructor(canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d') as CanvasRenderingContext2D;
  }

  /** The colours that the page has now. */
  mix(isDark: boolean): void {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): number[] => {
      this.#context.fillStyle = style.getPropertyValue(name);
      const hex = Number.parseInt(this.#context.fillStyle.slice(1), 16); // it gives back #rrggbb, however it was written
      return [hex >> 16, (hex >> 8) & 255, hex & 255];
    };
    const [unknown, free, wall] = (
      isDark ? ['--back', '--line', '--text'] : ['--line', '--card', '--text']
    ).map(colour) as [number[], number[], number[]];
    this.#palette[0] = pixel(unknown);
    for (let percent = 1; percent <= 100; percent++) {
      const share = (percent - 1) / 99;
      this.#palette[percent] = pixel(free.map((part, i) => part + share * ((wall[i] ?? 0) - part)));
    }
  }

  all({ size: { width, height }, cells }: MapModel): void {
    const { canvas } = this.#context;
    if (!this.#image || canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      this.#image = this.#context.createImageData(width, height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    }
    for (let row = 0; row < height; row++) {
      const to = (height - 1 - row) * width; // a canvas begins at the top
      for (let column = 0; column < width; column++)
        this.#pixels[to + column] = this.#palette[cells[row * width + column] as number] as number;
    }
    this.#context.putImageData(this.#image, 0, 0);
  }

  /** Those of a patch: cell, value, cell, value, … */
  some({ size: { width, height } }: MapModel, pairs: readonly number[]): void {
    if (!this.#image || pairs.length === 0) return;
    let [left, top, right, bottom] = [width, height, 0, 0];
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const index = pairs[i] as number;
      const column = index % width;
      const row = height - 1 - (index - column) / width;
      this.#pixels[row * width + column] = this.#palette[pairs[i + 1] as number] as number;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row + 1);
    }
    this.#context.putImageData(this.#image, 0, 0, left, top, right - left, bottom - top);
  }
}

/** As the bytes red, green, blue, alpha lie in memory (little-endian, as all that runs a browser). */
const pixel = ([r = 0, g = 0, b = 0]: number[]): number =>
  ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
