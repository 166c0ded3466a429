/** Boards by MQTT in the lab: what its audit finds, and that it catches brokers that break what QoS 1 promises. */
import { expect, test } from 'vitest';
import { auditMqtt, type MqttRecord } from '../../src/lab/mqtt/audit.ts';
import { testCaught } from './breaking.ts';

const WELL: MqttRecord = {
  name: 'b',
  sent: [1, 2, 2, 3],
  acked: [1, 2, 3],
  stored: [1, 2, 2, 3],
  published: [1, 2, 3],
  given: [1, 2],
  got: [1, 2, 1, 3],
};

test('QoS 1 is at least once: more often than it was sent, never, or too late for the first time it is not', () => {
  const kinds = (change: Partial<MqttRecord>) => auditMqtt({ ...WELL, ...change }).map(({ kind }) => kind);
  expect(kinds({})).toEqual([]);
  expect(kinds({ stored: [1, 3] })).toEqual(['lost']);
  expect(kinds({ got: [1, 3] })).toEqual(['lost']);
  expect(kinds({ stored: [1, 1, 2, 3] })).toEqual(['doubled']);
  expect(kinds({ stored: [1, 2, 3, 4] })).toEqual(['doubled', 'garbled']);
  expect(kinds({ got: [1, 2, 9] })).toEqual(['garbled']);
  expect(kinds({ stored: [2, 1, 3] })).toEqual(['disorder']);
  expect(kinds({ got: [2, 1] })).toEqual(['disorder']);
});

testCaught(
  [],
  [
    {
      what: 'acknowledges with PUBACK what its disk has refused',
      patch: {
        file: 'mqtt/boards/link.ts',
        from: 'received.then(isStored, () => false)',
        to: 'received.then(() => true)',
      },
      scenario: 'mqtt-hub-stalls',
      kind: 'lost',
    },
    {
      what: 'does not send again what its client has not acknowledged',
      patch: {
        file: 'mqtt/session.ts',
        from: 'else outlet.publish(message, qos, retain, true, id);',
        to: '',
      },
      scenario: 'mqtt-cuts',
      kind: 'lost',
    },
  ],
  5_000,
);
