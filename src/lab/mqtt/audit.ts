/** What QoS 1 promises, held against what was seen: at least once, in both directions. Pure. */
import { say } from '../../language.ts';
import { type Breach, some } from '../audit/breach.ts';

export interface MqttRecord {
  name: string;
  /** Numbers that the board sent, each as often as it did, and those that were acknowledged to it. */
  sent: readonly number[];
  acked: readonly number[];
  /** What the store has of them, in order of its times. */
  stored: readonly number[];
  /** Numbers that were published for the board, those that were acknowledged to their publisher, and those that the board got. */
  published: readonly number[];
  given: readonly number[];
  got: readonly number[];
}

export function auditMqtt({ name, sent, acked, stored, published, given, got }: MqttRecord): Breach[] {
  const lost = acked.filter((n) => !stored.includes(n));
  const missed = given.filter((n) => !got.includes(n));
  const tooOften = [...new Set(stored)].filter((n) => times(stored, n) > times(sent, n));
  const strange = [...stored.filter((n) => !sent.includes(n)), ...got.filter((n) => !published.includes(n))];
  const breaches: Breach[] = [];
  const found = (kind: Breach['kind'], numbers: readonly number[], sentence: string) => {
    if (numbers.length > 0) breaches.push({ kind, count: numbers.length, sentence: `${name}: ${sentence}` });
  };
  found(
    'lost',
    lost,
    say(
      `acknowledged with PUBACK and not stored: ${some(lost)}.`,
      `已用 PUBACK 确认却没有存储：${some(lost)}。`,
    ),
  );
  found(
    'lost',
    missed,
    say(
      `published for it, acknowledged to the publisher, and never delivered: ${some(missed)}.`,
      `发给它的消息已向发布者确认，却从未送达：${some(missed)}。`,
    ),
  );
  found(
    'doubled',
    tooOften,
    say(
      `stored more often than the board sent it: ${some(tooOften)}.`,
      `存储次数多于板子的发送次数：${some(tooOften)}。`,
    ),
  );
  found(
    'garbled',
    strange,
    say(`nobody has sent this: ${some(strange)}.`, `没有人发送过：${some(strange)}。`),
  );
  for (const numbers of [firsts(stored), firsts(got)]) {
    const late = numbers.filter((n, i) => i > 0 && n < (numbers[i - 1] as number));
    found(
      'disorder',
      late,
      say(
        `came for the first time after a later one: ${some(late)}.`,
        `首次到达晚于其后的消息：${some(late)}。`,
      ),
    );
  }
  return breaches;
}

const times = (list: readonly number[], n: number): number => list.filter((each) => each === n).length;
const firsts = (list: readonly number[]): number[] => [...new Set(list)];
