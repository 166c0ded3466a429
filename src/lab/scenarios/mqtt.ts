/** Boards that speak MQTT alone, with QoS 1 in both directions, against the hub's own broker. */
import { say } from '../../language.ts';
import type { Cut } from '../../virtual/index.ts';
import type { Dice } from '../dice.ts';
import type { MqttFault, MqttScript } from '../mqtt/script.ts';
import type { Script } from '../script.ts';
import type { Scenario } from './scenario.ts';

function day(dice: Dice, parts: { faults?: MqttFault[]; cuts?: Cut[] }): Script {
  const { faults = [], cuts = [] } = parts;
  const mqtt: MqttScript = {
    count: dice.between(25, 40),
    everyMs: dice.between(4, 15),
    forBoard: 25,
    forBoardMs: dice.between(5, 20),
    cuts,
    strikes: faults.map((fault, i) => ({ after: 2 + i * 8 + dice.between(0, 5), fault })),
  };
  return { boards: [], steps: [], workMs: 0, linkHolds: false, clocksJump: false, mqtt };
}

const again = (dice: Dice, make: () => MqttFault): MqttFault[] =>
  Array.from({ length: dice.between(1, 2) }, make);

export const mqttScenarios: Scenario[] = [
  {
    name: 'mqtt-cuts',
    describe: () =>
      say(
        'by MQTT, QoS 1 both ways: eight connections cut after some byte of either side',
        '通过 MQTT，双向 QoS 1：八个连接在任一方的某个字节后被切断',
      ),
    write: (dice) => {
      const cuts = Array.from({ length: 8 }, (): Cut => {
        const direction = dice.pick(['from-board', 'to-board'] as const);
        return { direction, bytes: dice.between(0, direction === 'from-board' ? 500 : 200) };
      });
      return day(dice, { cuts });
    },
  },
  {
    name: 'mqtt-access-point-gone',
    describe: () =>
      say(
        'by MQTT, QoS 1 both ways: the access point goes and comes back',
        '通过 MQTT，双向 QoS 1：接入点消失后恢复',
      ),
    write: (dice) =>
      day(dice, { faults: again(dice, () => ({ do: 'access-point-gone', ms: dice.between(50, 400) })) }),
  },
  {
    name: 'mqtt-hub-stalls',
    describe: () =>
      say(
        'by MQTT, QoS 1 both ways: the hub stands still, and its disk takes nothing for a while',
        '通过 MQTT，双向 QoS 1：中枢停顿，磁盘一度无法写入',
      ),
    write: (dice) =>
      day(dice, {
        faults: [
          { do: 'hub-stalls', ms: dice.between(50, 900) },
          { do: 'disk-full', how: 'refused', ms: dice.between(50, 300) },
        ],
      }),
  },
  {
    name: 'mqtt-hub-killed',
    describe: () =>
      say(
        'by MQTT, QoS 1 both ways: the hub is killed (SIGKILL) or restarted, on the same data',
        '通过 MQTT，双向 QoS 1：中枢被杀死（SIGKILL）或重新启动，数据不变',
      ),
    write: (dice) =>
      day(dice, {
        faults: again(dice, () => ({
          do: dice.chance(0.7) ? 'hub-killed' : 'hub-restarted',
          ms: dice.between(0, 150),
        })),
      }),
  },
];
