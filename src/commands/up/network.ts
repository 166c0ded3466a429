/** How the hub and its boards come together: it is advertised to those that look for it, dials those that listen, opens serial ports and joins a broker. */

import { openPort } from '../../board/port.ts';
import { KitelineError } from '../../errors.ts';
import { homeIn, newHome } from '../../hub/home.ts';
import type { Hub } from '../../hub/hub.ts';
import { say } from '../../language.ts';
import type { MqttDoor } from '../../mqtt/join/door.ts';
import type { Joined } from '../../mqtt/join/join.ts';
import type { HostPort } from '../../transport/address.ts';
import { SerialTransport } from '../../transport/serial.ts';
import { dialText } from '../dials.ts';
import { printable } from '../terminal.ts';
import { advertise, isAdvertised } from './mdns.ts';

export interface NetworkOptions {
  /** What the hub is called: NAME.local. */
  name: string;
  mdns: boolean;
  /** Boards that listen, `tcp://HOST:PORT`. */
  dial: string[];
  /** Serial ports with boards, as `openPort` takes them. */
  serial: string[];
  /** Bits a second. */
  baud?: number;
  /** An MQTT broker to join. */
  mqttUrl?: string;
  /** Where Home Assistant looks for boards there: true for where it does unless told. */
  homeAssistant?: string | true;
}

/** The id of the hub's data, which goes with it; one of its own for a hub that keeps nothing. @throws KitelineError USAGE */
export const homeOf = (data: string, memory: boolean | undefined): Promise<string> =>
  memory ? Promise.resolve(newHome()) : homeIn(data);

/**
 * Dials, joins a broker, and advertises where the hub listens.
 * @param options `broker`: the hub's own, where it has one
 * @returns ends what the hub's own close() does not
 * @throws KitelineError BAD_ARGUMENT for what cannot be dialled, and for Home Assistant without a broker (as a rejection)
 */
export async function openNetwork(
  hub: Hub,
  at: HostPort | undefined,
  home: string,
  {
    name,
    mdns,
    dial,
    serial,
    baud,
    mqttUrl,
    homeAssistant,
    broker,
  }: NetworkOptions & { broker?: MqttDoor | undefined },
  tell: (line: string) => void,
): Promise<() => Promise<void>> {
  hub.on('dial', (info) => tell(`${printable(info.url)}: ${dialText(info)}`));
  for (const url of dial) hub.dial(url);
  if (dial.length > 0) {
    const all = hub.dials.map(({ url }) => printable(url)).join(', ');
    tell(say(`Dialling boards that listen: ${all}`, `正在拨号连接处于监听状态的板子：${all}`));
  }
  for (const port of new Set(serial)) {
    const transport = new SerialTransport({ name: portName(port), open: () => openPort(port, baud) });
    hub.accept(transport, { answers: false });
  }
  if (serial.length > 0)
    tell(say(`Boards at serial ports: ${serial.join(', ')}`, `串口上的板子：${serial.join('、')}`));
  const conceal = mdns && at && isAdvertised(at) ? advertise({ name, home, at }, tell) : async () => {};
  const joined = mqttUrl === undefined ? undefined : await join(hub, mqttUrl, home, tell);
  const silence =
    homeAssistant === undefined ? () => {} : await announce(hub, joined ?? broker, home, homeAssistant);
  return async () => {
    silence();
    await Promise.all([conceal(), joined?.close()]);
  };
}

/** Joins a broker. @returns leaves it */
async function join(hub: Hub, url: string, home: string, tell: (line: string) => void): Promise<Joined> {
  const { joinBroker } = await import('../../mqtt/join/join.ts');
  return joinBroker(hub, { url, home, tell: (sentence) => tell(printable(sentence)) });
}

/** Tells Home Assistant of the boards, through one broker: the one that was joined, where there are two. @returns ends it */
async function announce(
  hub: Hub,
  door: Joined | MqttDoor | undefined,
  home: string,
  prefix: string | true,
): Promise<() => void> {
  if (!door) throw noBroker();
  const { announceTo } = await import('../../mqtt/home-assistant/announcer.ts');
  const announcer = announceTo(hub, door, { home, prefix: prefix === true ? undefined : prefix });
  return () => announcer.close();
}

const noBroker = (): KitelineError =>
  new KitelineError(
    'BAD_ARGUMENT',
    say(
      '--home-assistant tells it through an MQTT broker: add --mqtt, or name yours with --mqtt-url.',
      '--home-assistant 需要通过 MQTT 代理：请加上 --mqtt，或用 --mqtt-url 指定已有的代理。',
    ),
  );

/** What a board at the port is called that says no name: `ttyUSB0`, `COM3`. */
const portName = (port: string): string =>
  port.includes('://') ? port : (port.split(/[\\/]/).at(-1) ?? port);
