import type { Hub } from '../../hub/hub.ts';
import { say } from '../../language.ts';
import type { TokenSource } from '../../mqtt/access.ts';
import type { Mqtt } from '../../mqtt/mqtt.ts';
import { formatHostPort } from '../../transport/address.ts';
import type { TlsKeys } from '../../transport/tls-gate.ts';
import { MQTT_PORT, MQTT_TLS_PORT } from './mqtt-port.ts';

export interface MqttUpOptions {
  /** Ports; true for the usual ones. */
  mqtt?: number | true;
  mqttTls?: number | true;
  /** From where clients without a password are let in. */
  mqttOpen: 'local' | 'private' | 'none';
}

/**
 * Opens the broker of a hub; undefined where that is not wanted.
 * @throws KitelineError PORT_TAKEN, ADDRESS_UNAVAILABLE, BAD_ARGUMENT
 */
export async function openBroker(
  hub: Hub,
  options: MqttUpOptions & { host: string; data: string; memory?: boolean },
  { tls, tokens }: { tls: TlsKeys | undefined; tokens: TokenSource },
  told: (sentence: string) => void,
): Promise<Mqtt | undefined> {
  const { mqtt, mqttTls, mqttOpen: open, host } = options;
  if (mqtt === undefined && mqttTls === undefined) return undefined;
  const port = (one: number | true, usual: number) => (one === true ? usual : one);
  const { openMqtt } = await import('../../mqtt/mqtt.ts');
  return openMqtt(hub, {
    ...(mqtt !== undefined && { tcp: { host, port: port(mqtt, MQTT_PORT) } }),
    ...(mqttTls !== undefined &&
      tls && { tls: { host, port: port(mqttTls, MQTT_TLS_PORT), cert: tls.cert, key: tls.key } }),
    ...(!options.memory && { data: options.data }),
    tokens,
    open,
    told: (error) => told(error instanceof Error ? error.message : String(error)),
  });
}

/** Where it listens, and who may come. */
export function mqttLines({ tcp, tls }: Mqtt, open: MqttUpOptions['mqttOpen']): string[] {
  const lines: string[] = [];
  for (const [name, at] of [
    ['mqtt', tcp],
    ['mqtts', tls],
  ] as const) {
    if (!at) continue;
    const where = `${name} ${formatHostPort(at.host, at.port)}`;
    lines.push(say(`listening on ${where}`, `正在监听 ${where}`));
  }
  lines.push(WHO[open]());
  return lines;
}

const WHO: Record<MqttUpOptions['mqttOpen'], () => string> = {
  local: () =>
    say(
      'MQTT clients of other machines need a password: a board its name and key ("kiteline boards add"), programs a token ("kiteline access"). --mqtt-open private lets the local network in without.',
      '其他机器上的 MQTT 客户端需要密码：板子用其名称和密钥（“kiteline boards add”），程序用令牌（“kiteline access”）。--mqtt-open private 可让局域网免密码连接。',
    ),
  private: () =>
    say(
      'MQTT clients of the local network need no password, but for the names of boards that have keys.',
      '局域网中的 MQTT 客户端无需密码，但使用有密钥的板子名称时除外。',
    ),
  none: () => say('Every MQTT client needs a password.', '所有 MQTT 客户端都需要密码。'),
};
