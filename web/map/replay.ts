import { signal } from '@preact/signals';
import type { ScenePose, SceneRun } from '../../src/hub/scenes/messages.ts';
import { MapModel } from './model.ts';
import type { MapSource, MapView } from './source.ts';

/** A run that was, at any moment of it. */
export class Replay implements MapSource {
  /** Milliseconds since its beginning, as much of it as is kept. */
  readonly at = signal(0);
  readonly isPlaying = signal(false);
  /** How much faster than it was. */
  readonly speed = signal(1);
  /** Milliseconds. */
  readonly length: number;
  readonly run: SceneRun;
  readonly #poses: readonly (readonly [at: number, pose: ScenePose])[];
  #model: MapModel;
  #done = 0; // patches that the model has
  #view: MapView | undefined;
  #frame = 0;

  constructor(run: SceneRun) {
    this.run = run;
    const from = run.start.at;
    this.length = Math.max((run.patches.at(-1)?.at ?? from) - from, 0);
    this.#poses = run.patches.flatMap(({ at, rover }) => (rover ? [[at - from, rover] as const] : []));
    if (run.start.rover) this.#poses = [[0, run.start.rover], ...this.#poses];
    this.#model = this.#begin();
  }

  drawOn(view: MapView): () => void {
    this.#view = view;
    view.show(this.#model);
    this.#place();
    return () => {
      this.pause();
      this.#view = undefined;
    };
  }

  seek(at: number): void {
    const wanted = Math.min(Math.max(at, 0), this.length);
    if (wanted < this.at.value) {
      this.#model = this.#begin();
      this.#forward(wanted, false);
      this.#view?.show(this.#model);
    } else this.#forward(wanted, true);
    this.at.value = wanted;
    this.#place();
  }

  play(): void {
    if (this.isPlaying.value) return;
    if (this.at.value >= this.length) this.seek(0);
    this.isPlaying.value = true;
    let before = performance.now();
    const step = (now: number) => {
      if (!this.isPlaying.value) return;
      this.seek(this.at.value + (now - before) * this.speed.value);
      before = now;
      if (this.at.value >= this.length) this.pause();
      else this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  pause(): void {
    cancelAnimationFrame(this.#frame);
    this.isPlaying.value = false;
  }

  #begin(): MapModel {
    this.#done = 0;
    const { run } = this;
    return new MapModel({ ...run, ...run.start, run: null });
  }

  #forward(to: number, isDrawn: boolean): void {
    const { patches, start } = this.run;
    for (let next = patches[this.#done]; next && next.at - start.at <= to; next = patches[this.#done]) {
      this.#done++;
      this.#model.apply(next);
      if (isDrawn) this.#view?.update(this.#model, next);
    }
  }

  #place(): void {
    this.#view?.place(poseAt(this.#poses, this.at.value), 0);
  }
}

/** Between the pose before and the one after. @param poses by time, in order */
function poseAt(poses: readonly (readonly [at: number, pose: ScenePose])[], at: number): ScenePose | null {
  let [low, high] = [0, poses.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((poses[middle]?.[0] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [poses[low - 1], poses[low]];
  if (!before) return after?.[1] ?? null;
  if (!after) return before[1];
  const share = (at - before[0]) / (after[0] - before[0]);
  const [a, b] = [before[1], after[1]];
  const turn = Math.atan2(Math.sin(b.heading - a.heading), Math.cos(b.heading - a.heading));
  return {
    ...a,
    x: a.x + share * (b.x - a.x),
    y: a.y + share * (b.y - a.y),
    heading: a.heading + share * turn,
  };
}
