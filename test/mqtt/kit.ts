import { onTestFinished } from 'vitest';
import { createHub, type Hub, type HubOptions } from '../../src/hub/hub.ts';
import { type Mqtt, type MqttOptions, openMqtt } from '../../src/mqtt/mqtt.ts';

export interface Opened {
  hub: Hub;
  mqtt: Mqtt;
  port: number;
}

/** A hub with a broker on a port of the system's choice, closed when the test is over. */
export async function openBroker(options: { hub?: HubOptions; mqtt?: MqttOptions } = {}): Promise<Opened> {
  const hub = createHub(options.hub);
  const mqtt = await openMqtt(hub, { tcp: { host: '127.0.0.1', port: 0 }, ...options.mqtt });
  onTestFinished(async () => {
    await mqtt.close();
    await hub.close();
  });
  return { hub, mqtt, port: mqtt.tcp?.port ?? 0 };
}

/** Resolves once `is` is true, looked at whenever the event loop turns. */
export async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 5));
}
