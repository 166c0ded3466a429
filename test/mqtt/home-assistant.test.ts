/** Home Assistant: what is announced, against its documented schemas; and when. */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Hub } from '../../src/hub/hub.ts';
import { announceTo } from '../../src/mqtt/home-assistant/announcer.ts';
import { discoveryOf, idOf } from '../../src/mqtt/home-assistant/discovery.ts';
import type { BoardFacts } from '../../src/mqtt/home-assistant/entities.ts';
import { joinBroker } from '../../src/mqtt/join/join.ts';
import { openMqtt } from '../../src/mqtt/mqtt.ts';
import { HERE, startHub } from '../helpers/hub.ts';
import { aedes, TestClient } from './brokers.ts';
import { CONFIG_TOPIC, SCHEMAS } from './home-assistant-schema.ts';

const OPTIONS = { prefix: 'homeassistant', home: '0123456789abcdef', version: '1.2.3' };

/** What is announced, each checked, by component and object id. */
function announced(facts: BoardFacts): Record<string, Record<string, unknown>> {
  const all = discoveryOf(facts, OPTIONS).map(({ topic, payload }) => {
    const [, prefix, component, , object] = CONFIG_TOPIC.exec(topic) ?? [];
    expect(prefix, topic).toBe('homeassistant');
    const schema = SCHEMAS[component as keyof typeof SCHEMAS];
    const config = JSON.parse(payload);
    expect(schema?.safeParse(config).error?.issues ?? [], topic).toEqual([]);
    return [`${component} ${object}`, config];
  });
  const ids = all.map(([, { unique_id }]) => unique_id);
  expect(new Set(ids).size).toBe(ids.length);
  return Object.fromEntries(all);
}

const FACTS: BoardFacts = {
  info: {
    name: 'green house',
    metrics: { temp: { unit: 'Cel' } },
    controls: {
      drive: { lease: 500, args: { left: { type: 'float', min: -1, max: 1 }, right: { type: 'float' } } },
      fan: { lease: 500, args: { speed: { type: 'int', min: 0, max: 100, unit: '%' } } },
    },
    commands: {
      restart: {},
      beep: { args: { times: { type: 'int', optional: true } } },
      pump: { args: { on: { type: 'bool' } } },
      led: { args: { on: { type: 'bool' }, level: { type: 'int', min: 0, max: 100, optional: true } } },
      target: { args: { celsius: { type: 'float', unit: 'Cel' } } },
      mode: { args: { mode: { type: 'str', choices: ['auto', 'off'] } } },
      show: { args: { text: { type: 'str' } } },
      goto: { args: { x: { type: 'float' }, y: { type: 'float' } } },
    },
  },
  metrics: [
    { name: 'temp', value: 21.5 },
    { name: 'hum', value: 40, unit: '%RH' },
    { name: 'imu.x', value: 1, place: { topic: 'kiteline/green house', path: 'imu.x' } },
    { name: 'pump', value: true },
    { name: 'state', value: 'driving' },
  ],
};

test('metrics, commands and streams are the entities that show them', () => {
  const all = announced(FACTS);
  expect(Object.keys(all).sort()).toEqual([
    'binary_sensor pump',
    'button beep_set',
    'button restart_set',
    'light led_set',
    'number fan_set',
    'number target_set',
    'select mode_set',
    'sensor hum',
    'sensor imu_x',
    'sensor state',
    'sensor temp',
    'switch pump_set',
    'text show_set',
  ]);
  expect(all['sensor temp']).toMatchObject({
    state_topic: 'kiteline/green house/temp',
    device_class: 'temperature',
    unit_of_measurement: '°C',
    state_class: 'measurement',
    unique_id: 'kiteline_green_x20_house_sensor_temp',
    device: { identifiers: ['kiteline_green_x20_house'], name: 'green house' },
    origin: { name: 'Kiteline', sw_version: '1.2.3' },
  });
  expect(all['sensor hum']).toMatchObject({ device_class: 'humidity', unit_of_measurement: '%' });
  expect(all['sensor imu_x']).toMatchObject({
    state_topic: 'kiteline/green house',
    value_template: "{{ (value_json['imu'] | default({}))['x'] | default(this.state) }}",
  });
  expect(all['switch pump_set']).toMatchObject({
    command_topic: 'kiteline/green house/pump/set',
    payload_on: '{"on":true}',
    state_topic: 'kiteline/green house/pump',
    state_on: 'true',
  });
  expect(all['number fan_set']).toMatchObject({
    min: 0,
    max: 100,
    step: 1,
    mode: 'slider',
    unit_of_measurement: '%',
  });
  expect(all['number target_set']).toMatchObject({
    mode: 'box',
    command_template: '{"celsius": {{ value }}}',
  });
  expect(all['light led_set']).toMatchObject({
    command_on_template:
      '{"on": true, "level": {% if brightness is defined %}{{ (brightness / 255 * 100) | round | int }}{% else %}100{% endif %}}',
    command_off_template: '{"on":false,"level":0}',
  });
});

test('whatever boards, metrics and arguments are called, what is announced is well formed and nothing has the id of another', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((text) => text.trim() !== '');
  const argument = fc.record(
    {
      type: fc.constantFrom('bool', 'int', 'float', 'str', 'json'),
      min: fc.integer({ min: -100, max: 0 }),
      max: fc.integer({ min: 1, max: 100 }),
      unit: fc.constantFrom('Cel', '%', 'V', 'furlong'),
      optional: fc.boolean(),
    },
    { requiredKeys: ['type'] },
  );
  const commands = fc.dictionary(name, fc.record({ args: fc.dictionary(name, argument, { maxKeys: 3 }) }), {
    maxKeys: 5,
  });
  const value = fc.oneof(fc.integer(), fc.boolean(), fc.string());
  const metrics = fc.uniqueArray(fc.record({ name, value, unit: fc.constantFrom('Cel', '%RH', 'x') }), {
    selector: (metric) => metric.name,
    maxLength: 6,
  });
  fc.assert(
    fc.property(name, commands, metrics, (board, commands, metrics) => {
      announced({ info: { name: board, commands: commands as never }, metrics });
    }),
    { numRuns: 200 },
  );
  fc.assert(fc.property(name, name, (a, b) => a === b || idOf(a) !== idOf(b)));
});

/** A broker that the hub has joined, and one of its own. */
const DOORS = {
  async joined(hub: Hub) {
    const { url } = await aedes();
    return { url, door: joinBroker(hub, { url, home: OPTIONS.home }) };
  },
  async embedded(hub: Hub) {
    const door = await openMqtt(hub, { tcp: HERE });
    return { url: `mqtt://127.0.0.1:${door.tcp?.port}`, door };
  },
};

test.for(['joined', 'embedded'] as const)(
  'through a broker (%s): boards are announced when they are there, again when Home Assistant was started, and what is gone is taken away',
  async (which) => {
    const { hub } = await startHub();
    const { url, door } = await DOORS[which](hub);
    onTestFinished(() => door.close());
    const announcer = announceTo(hub, door, { home: OPTIONS.home });
    onTestFinished(() => announcer.close());
    await new Promise<void>((done) => void door.onConnected(done));
    const client = await TestClient.connect(url);
    await client.subscribe('homeassistant/#', 'kiteline/#');
    await client.publish('kiteline/greenhouse', '{"imu":{"x":1},"dry":false}');
    await client.publish('kiteline/greenhouse/temp', '21.5');
    const temp = await client.topic('homeassistant/sensor/kiteline_greenhouse/temp/config');
    expect(JSON.parse(temp.text)).toMatchObject({ state_topic: 'kiteline/greenhouse/temp' });
    const dry = await client.topic('homeassistant/binary_sensor/kiteline_greenhouse/dry/config');
    expect(JSON.parse(dry.text)).toMatchObject({
      state_topic: 'kiteline/greenhouse',
      value_template: "{{ value_json['dry'] | default(this.state) | string | lower }}",
    });
    const again = client.heard.length;
    await client.publish('homeassistant/status', 'online');
    await client.until((heard) => client.heard.indexOf(heard) >= again && heard.topic === temp.topic);
    // With what it can do, once it says so.
    await client.publish(
      'kiteline/greenhouse/$hello',
      '{"commands":{"pump":{"args":{"on":{"type":"bool"}}}}}',
    );
    await client.publish('kiteline/greenhouse/status', 'online');
    const pump = await client.topic('homeassistant/switch/kiteline_greenhouse/pump_set/config');
    expect(JSON.parse(pump.text).availability).toEqual([
      {
        topic: `kiteline/$hub/${OPTIONS.home}`,
        payload_available: 'online',
        payload_not_available: 'offline',
      },
      { topic: 'kiteline/greenhouse/status', payload_available: 'online', payload_not_available: 'offline' },
    ]);
    await client.publish('kiteline/greenhouse/$hello', '{"commands":{"vent":{}}}');
    await client.topic('homeassistant/button/kiteline_greenhouse/vent_set/config');
    await client.until(({ topic, text }) => topic === pump.topic && text === '');
    expect((await client.topic(`kiteline/$hub/${OPTIONS.home}`)).text).toBe('online');
    const late = await TestClient.connect(url);
    await late.subscribe('homeassistant/#');
    expect(await late.topic(temp.topic)).toMatchObject({ retained: true });
  },
);
