import { decode, limits, type Samples } from '../../wire/index.ts';
import type { MqttDoor } from './door.ts';
import type { MetricPlace } from './messages.ts';
import { type Meaning, meaningOf, ROOT } from './names.ts';
import { unitOf } from './values.ts';

type SampleMeaning = Extract<Meaning, { is: 'value' | 'samples' }>;

/** Boards whose places are known. */
const MOST_BOARDS = 10_000;
/** JSON of a board in a row with nothing new, until only every so many-th is looked at. */
const SAME = 8;
const LOOK_EVERY = 64;

/** Remembers where metrics are published, each as it was first. SenML's are nowhere: no template reads it. */
export function learnPlaces(
  places: Map<string, MetricPlace>,
  topic: string,
  meaning: SampleMeaning,
  { samples }: Samples,
): void {
  for (const { values } of samples)
    for (const metric of values.keys()) {
      if (places.has(metric) || places.size >= limits.metrics) continue;
      const isBare = meaning.is === 'value' && meaning.metric === metric;
      const path = meaning.is === 'value' ? metric.slice(meaning.metric.length + 1) : metric;
      places.set(metric, isBare ? { topic } : { topic, path });
    }
}

interface Watched {
  places: Map<string, MetricPlace>;
  same: number;
}

/** Learns from what passes a broker where boards publish their metrics. */
export class PlaceWatch {
  readonly #boards = new Map<string, Watched>();
  readonly close: () => void;

  constructor(door: MqttDoor) {
    this.close = door.subscribe(`${ROOT}/#`, (topic, payload) => this.#saw(topic, payload));
  }

  placeOf(board: string, metric: string): MetricPlace | undefined {
    return this.#boards.get(board)?.places.get(metric);
  }

  #saw(topic: string, payload: Uint8Array): void {
    const meaning = meaningOf(topic);
    if (meaning?.is !== 'samples' && meaning?.is !== 'value') return;
    const watched = this.#of(meaning.board);
    if (!watched) return;
    if (watched.same > SAME && watched.same++ % LOOK_EVERY !== 0) return;
    const unit = meaning.is === 'value' ? unitOf(meaning.metric, payload) : payload;
    const message = unit && unit.length <= limits.lineBytes ? decode(unit) : undefined;
    if (message?.kind !== 'samples') return;
    const before = watched.places.size;
    learnPlaces(watched.places, topic, meaning, message);
    watched.same = watched.places.size > before ? 0 : watched.same + 1;
  }

  #of(board: string): Watched | undefined {
    let watched = this.#boards.get(board);
    if (!watched && this.#boards.size < MOST_BOARDS) {
      watched = { places: new Map(), same: 0 };
      this.#boards.set(board, watched);
    }
    return watched;
  }
}
