/** Home Assistant's documented keys of MQTT discovery (home-assistant.io/integrations/mqtt and the page of each component), as far as we write any. Unknown keys are refused there, and here. */
import { z } from 'zod';

const topic = z.string().regex(/^[^+#\0]+$/);
const availability = z.strictObject({
  topic,
  payload_available: z.string(),
  payload_not_available: z.string(),
});
const common = {
  name: z.string().min(1),
  unique_id: z.string().regex(/^[A-Za-z0-9_-]+$/),
  availability: z.array(availability).min(1),
  availability_mode: z.enum(['all', 'any', 'latest']),
  device: z.strictObject({
    identifiers: z.array(z.string()).min(1),
    name: z.string(),
    manufacturer: z.string(),
    model: z.string(),
    sw_version: z.string().optional(),
    configuration_url: z.url().optional(),
  }),
  origin: z.strictObject({ name: z.string(), sw_version: z.string().optional() }),
};
const command = { command_topic: topic };
const state = { state_topic: topic.optional(), value_template: z.string().optional() };
const optimistic = { optimistic: z.boolean().optional() };

/** A device class takes these units alone (developers.home-assistant.io/docs/core/entity/sensor). */
const UNITS: Record<string, string[]> = {
  temperature: ['°C', '°F', 'K'],
  humidity: ['%'],
  voltage: ['V', 'mV'],
  current: ['A', 'mA'],
  power: ['W', 'kW'],
  illuminance: ['lx'],
  pressure: ['Pa', 'hPa', 'kPa', 'bar'],
  frequency: ['Hz'],
  signal_strength: ['dB', 'dBm'],
  distance: ['mm', 'cm', 'm', 'km'],
  speed: ['m/s', 'km/h'],
  weight: ['g', 'kg'],
  duration: ['ms', 's', 'min', 'h'],
};
const measured = {
  unit_of_measurement: z.string().optional(),
  device_class: z.enum(Object.keys(UNITS)).optional(),
};
const fits = (config: { device_class?: string | undefined; unit_of_measurement?: string | undefined }) =>
  config.device_class === undefined ||
  UNITS[config.device_class]?.includes(config.unit_of_measurement ?? '') === true;

export const SCHEMAS = {
  sensor: z
    .strictObject({
      ...common,
      ...state,
      state_topic: topic,
      ...measured,
      state_class: z.enum(['measurement']).optional(),
    })
    .refine(fits),
  binary_sensor: z.strictObject({
    ...common,
    ...state,
    state_topic: topic,
    payload_on: z.string(),
    payload_off: z.string(),
  }),
  switch: z.strictObject({
    ...common,
    ...command,
    ...state,
    ...optimistic,
    payload_on: z.string(),
    payload_off: z.string(),
    state_on: z.string().optional(),
    state_off: z.string().optional(),
  }),
  number: z
    .strictObject({
      ...common,
      ...command,
      ...state,
      ...optimistic,
      ...measured,
      command_template: z.string(),
      min: z.number(),
      max: z.number(),
      step: z.number().min(0.001),
      mode: z.enum(['auto', 'box', 'slider']),
    })
    .refine(({ min, max }) => min < max)
    .refine(fits),
  light: z.strictObject({
    ...common,
    ...command,
    ...optimistic,
    schema: z.literal('template'),
    command_on_template: z.string(),
    command_off_template: z.string(),
    state_topic: topic.optional(),
    state_template: z.string().optional(),
  }),
  button: z.strictObject({ ...common, ...command, payload_press: z.string() }),
  select: z.strictObject({
    ...common,
    ...command,
    ...state,
    ...optimistic,
    options: z.array(z.string()).min(1),
    command_template: z.string(),
  }),
  text: z.strictObject({ ...common, ...command, ...state, command_template: z.string() }),
};

/** `<prefix>/<component>/[<node_id>/]<object_id>/config` */
export const CONFIG_TOPIC = /^([\w/-]+?)\/([a-z_]+)\/([A-Za-z0-9_-]+)\/([A-Za-z0-9_-]+)\/config$/;
