import { Layout } from '../store/packed.ts';
import type { Shape, Value } from '../wire/index.ts';

/** Shapes of one board whose layouts are kept: more kinds of messages than a program sends. */
const MAX_LAYOUTS = 16;

/** The layouts of one board's samples, so that neither a message nor a connection needs one of its own. */
export class Layouts {
  readonly #board: string;
  readonly #ofShapes = new Map<Shape, Layout>(); // the one that was asked for longest ago first
  #decoded: Layout | undefined;

  constructor(board: string) {
    this.#board = board;
  }

  /** For what a scanner read. */
  ofShape(shape: Shape): Layout {
    let layout = this.#ofShapes.get(shape);
    if (layout) this.#ofShapes.delete(shape);
    else layout = new Layout(this.#board, shape.metrics);
    this.#ofShapes.set(shape, layout);
    const [oldest] = this.#ofShapes.keys();
    if (this.#ofShapes.size > MAX_LAYOUTS && oldest) this.#ofShapes.delete(oldest);
    return layout;
  }

  /** For what the decoder read: the last one again where it fits, as it does for a board that sends SenML. */
  ofValues(values: ReadonlyMap<string, Value>, units: ReadonlyMap<string, string> | undefined): Layout {
    if (this.#decoded && fits(this.#decoded, values, units)) return this.#decoded;
    this.#decoded = new Layout(this.#board, [...values.keys()], units);
    return this.#decoded;
  }
}

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
