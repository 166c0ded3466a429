/** What a board has, as Home Assistant's entities: pure. The keys are those of its MQTT integration. */
import type { ArgumentInfo } from '../../hub/arguments.ts';
import type { BoardInfo } from '../../hub/boards.ts';
import type { Json, JsonObject, Value } from '../../wire/index.ts';
import type { MetricPlace } from '../join/messages.ts';
import { topicOf } from '../join/names.ts';
import { measuredIn } from './units.ts';

export type Component =
  | 'sensor'
  | 'binary_sensor'
  | 'switch'
  | 'number'
  | 'light'
  | 'button'
  | 'select'
  | 'text';

/** One entity, without what it shares with the others of its board. */
export interface Entity {
  component: Component;
  /** What it is of, which makes its id. */
  of: string;
  config: JsonObject;
}

export interface Metric {
  name: string;
  /** The newest one. */
  value: Value;
  unit?: string;
  /** Where that is not `kiteline/BOARD/METRIC`. */
  place?: MetricPlace;
}

export interface BoardFacts {
  info: Pick<BoardInfo, 'name' | 'commands' | 'controls' | 'metrics'>;
  metrics: readonly Metric[];
}

/** Of a number that has no bounds: Home Assistant would take 1 to 100. */
const NO_BOUND = 1_000_000_000;
/** What the brightness of a light is called. */
const BRIGHTNESS = /^(brightness|level|percent|dim|value)$/i;

export function entitiesOf({ info, metrics }: BoardFacts): Entity[] {
  const known = new Map(metrics.map((metric) => [metric.name, metric]));
  const entities = metrics.map((metric) => metricEntity(info, metric));
  for (const [name, { args = {} }] of Object.entries({ ...info.controls, ...info.commands })) {
    const entity = commandEntity(info.name, name, args, known);
    if (entity) entities.push(entity);
  }
  return entities;
}

function metricEntity({ name: board, metrics = {} }: BoardFacts['info'], metric: Metric): Entity {
  const { name, value } = metric;
  const state = stateOf(board, metric);
  if (typeof value === 'boolean')
    return {
      component: 'binary_sensor',
      of: name,
      config: { name, ...state, payload_on: 'true', payload_off: 'false' },
    };
  if (typeof value !== 'number') return { component: 'sensor', of: name, config: { name, ...state } };
  const measured = measuredIn(metric.unit ?? metrics[name]?.unit);
  return {
    component: 'sensor',
    of: name,
    config: { name, ...state, state_class: 'measurement', ...measured },
  };
}

/** What commands it is one entity that shows its arguments; undefined where Home Assistant has none for that. */
function commandEntity(
  board: string,
  command: string,
  args: Readonly<Record<string, ArgumentInfo>>,
  metrics: ReadonlyMap<string, Metric>,
): Entity | undefined {
  const all = Object.entries(args);
  const needed = all.filter(([, { optional }]) => optional !== true);
  const common = { name: command, command_topic: topicOf(board, command, 'set') };
  const on = all.find(([, { type }]) => type === 'bool');
  const level = all.find(([name, { type }]) => isNumber(type) && BRIGHTNESS.test(name));
  const rest = needed.filter((one) => one !== on && one !== level);
  const make = (component: Component, config: JsonObject): Entity => ({
    component,
    of: `${command}.set`,
    config: { ...common, ...config },
  });
  if (on && level && rest.length === 0) return make('light', lightOf(board, command, on[0], level, metrics));
  if (needed.length === 0 && !(on && all.length === 1)) return make('button', { payload_press: '{}' });
  const [first, second] = needed.length === 0 ? all : needed;
  if (!first || second) return undefined;
  const [arg, info] = first;
  const state = stateFor(board, [command, arg], metrics);
  if (info.type === 'bool')
    return make('switch', {
      payload_on: JSON.stringify({ [arg]: true }),
      payload_off: JSON.stringify({ [arg]: false }),
      ...(state ? { ...state, state_on: 'true', state_off: 'false' } : { optimistic: true }),
    });
  const template = (value: string) => `{${JSON.stringify(arg)}: ${value}}`;
  if (info.choices)
    return make('select', {
      options: info.choices.map(String),
      command_template: template(isNumber(info.type) ? '{{ value }}' : '{{ value | tojson }}'),
      ...(state ?? { optimistic: true }),
    });
  if (isNumber(info.type))
    return make('number', {
      ...rangeOf(info),
      ...measuredIn(info.unit),
      command_template: template('{{ value }}'),
      ...(state ?? { optimistic: true }),
    });
  return info.type === 'str'
    ? make('text', { command_template: template('{{ value | tojson }}'), ...state })
    : undefined;
}

/** By templates: what is sent is one message, as the command takes it. */
function lightOf(
  board: string,
  command: string,
  on: string,
  [level, { type, max = 100 }]: [string, ArgumentInfo],
  metrics: ReadonlyMap<string, Metric>,
): JsonObject {
  const scaled = `brightness / 255 * ${max}`;
  const value = type === 'int' ? `(${scaled}) | round | int` : `(${scaled}) | round(3)`;
  const state = stateFor(board, [command, on], metrics);
  return {
    schema: 'template',
    command_on_template: `{${JSON.stringify(on)}: true, ${JSON.stringify(level)}: {% if brightness is defined %}{{ ${value} }}{% else %}${max}{% endif %}}`,
    command_off_template: JSON.stringify({ [on]: false, [level]: 0 }),
    ...(state && {
      state_topic: state.state_topic as Json,
      state_template: `{{ 'on' if ${innerOf(state.value_template) ?? 'value'} | string | lower in ['true', '1', 'on'] else 'off' }}`,
    }),
    ...(!state && { optimistic: true }),
  };
}

const isNumber = (type: ArgumentInfo['type']): boolean => type === 'int' || type === 'float';

function rangeOf({ type, min, max }: ArgumentInfo): JsonObject {
  const isBounded = min !== undefined && max !== undefined;
  const step = type === 'int' ? 1 : isBounded ? Math.max((max - min) / 1_000, 0.001) : 0.001;
  return { min: min ?? -NO_BOUND, max: max ?? NO_BOUND, step, mode: isBounded ? 'slider' : 'box' };
}

/** The metric that tells what a command has done: it has the command's name, or the argument's, or both. */
function stateFor(
  board: string,
  [command, arg]: [string, string],
  metrics: ReadonlyMap<string, Metric>,
): JsonObject | undefined {
  const metric = metrics.get(`${command}.${arg}`) ?? metrics.get(command) ?? metrics.get(arg);
  return metric && stateOf(board, metric);
}

function stateOf(board: string, { name, value, place }: Metric): JsonObject {
  const topic = place?.topic ?? topicOf(board, name);
  if (place?.path === undefined) return { state_topic: topic };
  const path = pathOf(place.path);
  // True and false become words, as they are on a topic of their own.
  const shown =
    typeof value === 'boolean'
      ? `${path} | default(this.state) | string | lower`
      : `${path} | default(this.state)`;
  return { state_topic: topic, value_template: `{{ ${shown} }}` };
}

/** Where a metric is in the JSON: each level may be missing in a message. */
function pathOf(metric: string): string {
  return metric
    .split('.')
    .reduce(
      (object, key, i) =>
        i === 0 ? `${object}[${quoted(key)}]` : `(${object} | default({}))[${quoted(key)}]`,
      'value_json',
    );
}

const quoted = (key: string): string => (/^\d+$/.test(key) ? key : `'${key.replace(/[\\']/g, '\\$&')}'`);

const innerOf = (template: Json | undefined): string | undefined =>
  typeof template === 'string' ? template.replace(/^\{\{ | \}\}$/g, '') : undefined;
