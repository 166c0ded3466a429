import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { LineReader } from '../../bench/kit/line-reader.ts';
import { lines, writes } from '../../bench/kit/messages.ts';
import { connectPacket, MqttReader, publishPacket, subscribePacket } from '../../bench/kit/mqtt.ts';
import { type NatsMessage, NatsReader, pubLines } from '../../bench/kit/nats.ts';
import { findMosquitto, findNats, findNodeRed } from '../../bench/kit/peers.ts';
import { RowStore } from '../../bench/kit/rows.ts';

describe('the messages', () => {
  test('are the same in every run, and JSON of about 57 bytes with four fields', () => {
    const some = lines(7, 500);
    expect(lines(7, 500)).toEqual(some);
    for (const line of some) {
      expect(Object.keys(JSON.parse(line))).toEqual(['temp', 'hum', 'press', 'seq']);
      expect(line.length).toBeGreaterThan(48);
      expect(line.length).toBeLessThan(66);
    }
  });

  test('come in writes of so many lines', () => {
    const all = writes(7, 4, 16);
    expect(all).toHaveLength(4);
    expect(Buffer.concat(all).toString()).toBe(
      lines(7, 64)
        .map((line) => `${line}\n`)
        .join(''),
    );
  });
});

describe('MQTT', () => {
  test('packets are as section 3 of MQTT 3.1.1 has them', () => {
    expect(connectPacket('a').toString('hex')).toBe('100d00044d5154540402000000' + '0161');
    expect(subscribePacket('b/+').toString('hex')).toBe('820800010003622f2b00');
    expect(publishPacket('b/1', 'x').toString('hex')).toBe('30060003622f3178');
    expect(publishPacket('b/1', 'x'.repeat(200)).subarray(0, 3).toString('hex')).toBe('30cd01');
  });

  test('is read the same however the stream is cut', () => {
    const stream = Buffer.concat([
      Buffer.from([0x20, 2, 0, 0]), // CONNACK
      publishPacket('b/1', '{"a":1}'),
      publishPacket('b/22', 'x'.repeat(300)),
    ]);
    for (const size of [1, 2, 7, 300, stream.length]) {
      const seen: string[] = [];
      const reader = new MqttReader((bytes, topic, payload, end) =>
        seen.push(`${bytes.toString('utf8', topic, payload)} ${bytes.toString('utf8', payload, end)}`),
      );
      for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
      expect(seen).toEqual(['b/1 {"a":1}', `b/22 ${'x'.repeat(300)}`]);
      expect(reader.others).toBe(1);
    }
  });
});

describe('lines', () => {
  test('are the same however the stream is cut', () => {
    const stream = Buffer.from('{"a":1}\n\n{"b":"é"}\n');
    for (const size of [1, 2, 7, stream.length]) {
      const seen: string[] = [];
      const reader = new LineReader((line) => seen.push(line));
      for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
      expect(seen).toEqual(['{"a":1}', '', '{"b":"é"}']);
    }
  });
});

describe('NATS', () => {
  test('messages and other lines are the same however the stream is cut', () => {
    const payload = '{"id":7}\r\nMSG x';
    const stream = Buffer.from(
      `INFO {"a":1}\r\nMSG command.b 1 _INBOX.r.7 ${payload.length}\r\n${payload}\r\nPING\r\nMSG b.3 1 0\r\n\r\n`,
    );
    for (const size of [1, 2, 7, stream.length]) {
      const seen: (NatsMessage | string)[] = [];
      const reader = new NatsReader(
        (message) => seen.push(message),
        (line) => seen.push(line),
      );
      for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
      expect(seen).toEqual([
        'INFO {"a":1}',
        { subject: 'command.b', reply: '_INBOX.r.7', payload },
        'PING',
        { subject: 'b.3', reply: undefined, payload: '' },
      ]);
    }
  });

  test('is published to with and without a subject for the reply', () => {
    expect(pubLines('b.1', '{"a":1}')).toBe('PUB b.1 7\r\n{"a":1}\r\n');
    expect(pubLines('b.1', '', '_INBOX.r.7')).toBe('PUB b.1 _INBOX.r.7 0\r\n\r\n');
  });
});

describe('the row store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-test-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('keeps what is committed, and makes buckets', () => {
    const first = new RowStore(folder);
    const series = first.series('a temp');
    for (let i = 0; i < 10; i++) first.add(series, 1_000 + i, i / 2);
    first.close();
    const again = new RowStore(folder);
    expect(again.series('a temp')).toBe(series);
    expect(again.count()).toBe(10);
    expect(again.buckets(series, 1_000, 1_010, 2)).toEqual([
      { bucket: 0, count: 5, min: 0, mean: 1, max: 2 },
      { bucket: 1, count: 5, min: 2.5, mean: 3.5, max: 4.5 },
    ]);
    again.close();
  });
});

test('a peer that is missing is named with the way to install it', () => {
  const { MOSQUITTO, NATS_SERVER, NODE_RED } = process.env;
  const before = { MOSQUITTO, NATS_SERVER, NODE_RED };
  process.env.MOSQUITTO = '/nowhere';
  process.env.NATS_SERVER = '/nowhere';
  process.env.NODE_RED = '/nowhere';
  try {
    expect(findMosquitto()).toEqual({ missing: expect.stringMatching(/install/) });
    expect(findNats()).toEqual({ missing: expect.stringMatching(/install/) });
    expect(findNodeRed()).toEqual({ missing: expect.stringMatching(/install/) });
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});
