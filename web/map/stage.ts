import type { Place, ScenePatch, ScenePose } from '../../src/hub/scenes/messages.ts';
import { CellPainter } from './cells.ts';
import { Frame } from './frame.ts';
import type { MapModel } from './model.ts';
import type { MapView } from './source.ts';

/** Radians, where a pose has no cone: an HC-SR04's 15°. */
const CONE = 0.26;
/** Metres across, of what a rover is drawn as; and pixels at least. */
const ROVER = [0.2, 26] as const;
/** Metres that the rover does not glide over: it was carried. */
const JUMP = 1;

/**
 * A map on the screen. Cells are a canvas of a pixel each, of which what has changed is painted; lines are an SVG in metres; the rover
 * is an element of its own that the browser moves between two places, without a script and without painting.
 */
export class Stage implements MapView {
  readonly #parent: HTMLElement;
  readonly #frame = new Frame();
  readonly #painter: CellPainter;
  readonly #resized: ResizeObserver;
  #model: MapModel | undefined;
  #pose: ScenePose | null = null;
  #heading = 0; // that is drawn: it never turns the long way round
  #cone = 0; // that is drawn
  #target: Place | undefined;
  #trail = 0; // places that are drawn

  constructor(parent: HTMLElement) {
    this.#parent = parent;
    this.#painter = new CellPainter(this.#find<HTMLCanvasElement>('canvas'));
    this.#resized = new ResizeObserver(() => this.#resize());
    this.#resized.observe(parent);
    this.#resize();
  }

  dispose(): void {
    this.#resized.disconnect();
  }

  /** Metres, of a place on the screen. */
  placeAt(clientX: number, clientY: number): Place {
    const { left, top } = this.#parent.getBoundingClientRect();
    const { clientLeft, clientTop } = this.#parent; // its border
    return this.#frame.placeAt(clientX - left - clientLeft, clientY - top - clientTop);
  }

  /** In the page's colours as they are now. */
  recolour(isDark: boolean): void {
    this.#painter.mix(isDark);
    if (this.#model) this.#painter.all(this.#model);
  }

  /** Where somebody has just tapped; undefined for nothing. */
  aim(target: Place | undefined): void {
    this.#target = target;
    this.#mark('.target', target);
  }

  show(model: MapModel): void {
    const { size } = model;
    const before = this.#model?.size;
    if (
      !before ||
      Object.keys(size).some((key) => size[key as keyof typeof size] !== before[key as keyof typeof size])
    )
      this.#frame.forget();
    this.#model = model;
    this.#pose = model.rover;
    this.#painter.all(model);
    this.#frame.grow(model);
    this.#layOut();
  }

  update(model: MapModel, { cells, map, path, goal }: ScenePatch): void {
    if (map !== undefined) this.#painter.all(model);
    else if (cells) this.#painter.some(model, cells);
    if (this.#frame.grow(model)) {
      this.#layOut();
      return;
    }
    if (path) this.#drawPath(path);
    if (goal !== undefined) this.#mark('.goal', model.goal ?? undefined);
    this.#drawTrail(model);
  }

  place(pose: ScenePose | null, ms: number): void {
    const before = this.#pose;
    this.#pose = pose;
    const isCarried = !pose || !before || Math.hypot(pose.x - before.x, pose.y - before.y) > JUMP;
    this.#drawRover(isCarried ? 0 : ms);
  }

  #find<E extends Element>(selector: string): E {
    return this.#parent.querySelector(selector) as E;
  }

  #resize(): void {
    this.#frame.resize(this.#parent.clientWidth, this.#parent.clientHeight);
    if (this.#model) this.#layOut();
  }

  /** Everything where it belongs in the frame. */
  #layOut(): void {
    const model = this.#model as MapModel;
    const { cell, width, height, x, y } = model.size;
    const frame = this.#frame;
    const [left, top] = frame.at(x, y + height * cell);
    const canvas = this.#find<HTMLCanvasElement>('canvas').style;
    canvas.width = `${width * cell * frame.scale}px`;
    canvas.height = `${height * cell * frame.scale}px`;
    canvas.transform = `translate(${left}px, ${top}px)`;
    const [west, north] = frame.placeAt(0, 0);
    const box = [west, -north, frame.width / frame.scale, frame.height / frame.scale];
    this.#find('.lines').setAttribute('viewBox', box.join(' '));
    this.#find<HTMLElement>('.metre').style.width = `${frame.scale}px`;
    this.#drawPath(model.path);
    this.#trail = 0;
    this.#drawTrail(model);
    this.#mark('.goal', model.goal ?? undefined);
    this.#mark('.target', this.#target);
    this.#drawRover(0);
  }

  #drawPath(path: readonly Place[]): void {
    this.#find('.path').setAttribute('points', path.map(([x, y]) => `${x},${-y}`).join(' '));
  }

  #drawTrail({ trail: { places } }: MapModel): void {
    if (places.length === this.#trail) return;
    const line = this.#find<SVGPolylineElement>('.trail');
    const svg = this.#find<SVGSVGElement>('.lines');
    if (places.length < this.#trail) this.#trail = 0; // another run, or it was thinned
    if (this.#trail === 0) line.points.clear();
    for (const [x, y] of places.slice(this.#trail)) {
      const point = svg.createSVGPoint();
      point.x = x;
      point.y = -y;
      line.points.appendItem(point);
    }
    this.#trail = places.length;
  }

  #mark(selector: string, place: Place | undefined): void {
    const { style } = this.#find<HTMLElement>(selector);
    style.display = place ? '' : 'none';
    if (!place) return;
    const [left, top] = this.#frame.at(...place);
    style.transform = `translate(${left}px, ${top}px)`;
  }

  #drawRover(ms: number): void {
    const element = this.#find<HTMLElement>('.rover');
    element.style.display = this.#pose ? '' : 'none';
    if (!this.#pose) return;
    const { x, y, heading, range, cone = CONE } = this.#pose;
    const { scale } = this.#frame;
    const turn = heading - this.#heading;
    this.#heading += Math.atan2(Math.sin(turn), Math.cos(turn));
    const [left, top] = this.#frame.at(x, y);
    element.style.transitionDuration = `${ms}ms`;
    element.style.transform = `translate(${left}px, ${top}px) rotate(${-this.#heading}rad)`;
    const [metres, least] = ROVER;
    element.style.setProperty('--size', `${Math.max(metres * scale, least)}px`);
    element.style.setProperty('--range', `${(range ?? 0) * scale}px`);
    if (cone === this.#cone) return;
    this.#cone = cone;
    const [dx, dy] = [Math.cos(cone / 2), Math.sin(cone / 2)];
    this.#find('.cone path').setAttribute('d', `M0 0L${dx} ${-dy}A1 1 0 0 1 ${dx} ${dy}Z`);
  }
}
