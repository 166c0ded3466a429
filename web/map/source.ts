import type { ScenePatch, ScenePose } from '../../src/hub/scenes/messages.ts';
import type { MapModel } from './model.ts';

/** Whoever draws a map. */
export interface MapView {
  /** All of it, anew. */
  show(model: MapModel): void;
  /** What the patch has changed, which the model has already; the rover alone is told by `place`. */
  update(model: MapModel, patch: ScenePatch): void;
  /** The rover goes there within so many milliseconds. */
  place(pose: ScenePose | null, ms: number): void;
}

/** Where a map comes from: as it is now, or as it was. */
export interface MapSource {
  /** Draws on a view from now on. @returns ends it */
  drawOn(view: MapView): () => void;
}
