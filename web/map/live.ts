import { signal } from '@preact/signals';
import type { Place, RunInfo, ScenePatch, ScenePose } from '../../src/hub/scenes/messages.ts';
import { onMessage, subscribe } from '../state/socket.ts';
import { MapModel } from './model.ts';
import type { MapSource, MapView } from './source.ts';

/** Milliseconds between two places of the rover that its way between them is drawn for; after a longer silence it is just there. */
const GLIDE_MS = [40, 400] as const;

/** The map that an app draws of a board, as it comes. */
export class LiveMap implements MapSource {
  /** Undefined until the hub has told; null where there is none. */
  readonly model = signal<MapModel | null | undefined>(undefined);
  readonly rover = signal<ScenePose | null>(null);
  readonly goal = signal<Place | null>(null);
  readonly run = signal<RunInfo | null>(null);
  readonly #channel: `scene:${string}`;
  readonly #views = new Set<MapView>();
  readonly #stop: () => void;
  #unsubscribe: () => void;
  #placedAt = 0;

  constructor(board: string) {
    this.#channel = `scene:${board}`;
    this.#stop = onMessage((message) => {
      if (!('ch' in message) || message.ch !== this.#channel) return;
      if ('scene' in message) this.#begin(message.scene && new MapModel(message.scene));
      else if ('patches' in message) for (const patch of message.patches) this.#take(patch);
    });
    this.#unsubscribe = subscribe(this.#channel);
  }

  drawOn(view: MapView): () => void {
    this.#views.add(view);
    if (this.model.value) view.show(this.model.value);
    return () => void this.#views.delete(view);
  }

  end(): void {
    this.#unsubscribe();
    this.#stop();
  }

  #begin(model: MapModel | null): void {
    this.model.value = model;
    this.#placedAt = 0;
    this.#tell();
    if (model) for (const view of this.#views) view.show(model);
  }

  #take(patch: ScenePatch): void {
    const model = this.model.value;
    if (!model || patch.v <= model.v) return;
    if (patch.v > model.v + 1) {
      this.#unsubscribe(); // something is missing: the whole, please
      this.#unsubscribe = subscribe(this.#channel);
      return;
    }
    model.apply(patch);
    this.#tell();
    for (const view of this.#views) view.update(model, patch);
    if (patch.rover === undefined) return;
    const [least, most] = GLIDE_MS;
    const since = patch.at - this.#placedAt;
    this.#placedAt = patch.at;
    for (const view of this.#views) view.place(patch.rover, since > most ? 0 : Math.max(since, least));
  }

  #tell(): void {
    const { rover = null, goal = null, run = null } = this.model.value ?? {};
    this.rover.value = rover;
    this.goal.value = goal;
    this.run.value = run;
  }
}
