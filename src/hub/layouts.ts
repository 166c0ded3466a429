import { Layout } from '../store/packed.ts';
import type { Shape, Value } from '../wire/index.ts';

/** Shapes of one board whose layouts are kept: more kinds of messages than a program sends. */
const MAX_LAYOUTS = 16;
/** Bytes of them, but for the one in use: a fleet of 10,000 names that somebody made up holds 640 MB at the very most. */
const MAX_BYTES = 64 * 1024;

/** The layouts of one board's samples, so that neither a message nor a connection needs one of its own. */
export class Layouts {
  readonly #board: string;
  readonly #ofShapes = new Map<Shape, Layout>(); // the one that was asked for longest ago first
  #bytes = 0;
  #decoded: Layout | undefined;
  #announced: ReadonlyMap<string, string> | undefined;

  constructor(board: string) {
    this.#board = board;
  }

  /** From here on metrics have these units, but where a message names one itself. @param units metric → unit */
  announce(units: ReadonlyMap<string, string> | undefined): void {
    this.#announced = units;
    this.#ofShapes.clear();
    this.#bytes = 0;
    this.#decoded = undefined;
  }

  /** For what a scanner read. */
  ofShape(shape: Shape): Layout {
    let layout = this.#ofShapes.get(shape);
    if (layout) {
      this.#ofShapes.delete(shape);
    } else {
      layout = new Layout(this.#board, shape.metrics, this.#unitsOf(shape.metrics));
      this.#bytes += bytesOf(shape, layout);
    }
    this.#ofShapes.set(shape, layout);
    this.#forgetOldest();
    return layout;
  }

  /** For what the decoder read: the last one again where it fits, as it does for a board that sends SenML. */
  ofValues(values: ReadonlyMap<string, Value>, units: ReadonlyMap<string, string> | undefined): Layout {
    const all = this.#announced ? this.#unitsOf([...values.keys()], units) : units;
    if (this.#decoded && fits(this.#decoded, values, all)) return this.#decoded;
    this.#decoded = new Layout(this.#board, [...values.keys()], all);
    return this.#decoded;
  }

  #unitsOf(metrics: readonly string[], named?: ReadonlyMap<string, string>): Map<string, string> | undefined {
    const units = new Map<string, string>();
    for (const metric of metrics) {
      const unit = named?.get(metric) ?? this.#announced?.get(metric);
      if (unit !== undefined) units.set(metric, unit);
    }
    return units.size > 0 ? units : undefined;
  }

  #forgetOldest(): void {
    for (const [shape, layout] of this.#ofShapes) {
      const { size } = this.#ofShapes;
      if (size <= MAX_LAYOUTS && (this.#bytes <= MAX_BYTES || size === 1)) return;
      this.#ofShapes.delete(shape);
      this.#bytes -= bytesOf(shape, layout);
    }
  }
}

/** What both cost: the shape may have left the scanner's table, and live on here alone. */
const bytesOf = (shape: Shape, layout: Layout): number => shape.program.byteLength + layout.bytes;

function fits(
  layout: Layout,
  values: ReadonlyMap<string, Value>,
  units: ReadonlyMap<string, string> | undefined,
): boolean {
  if (layout.metrics.length !== values.size || layout.units?.size !== units?.size) return false;
  let place = 0;
  for (const metric of values.keys()) {
    if (layout.metrics[place++] !== metric || layout.units?.get(metric) !== units?.get(metric)) return false;
  }
  return true;
}
