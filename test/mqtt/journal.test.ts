import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHub } from '../../src/hub/hub.ts';
import { SystemJournalFile } from '../../src/mqtt/journal/file.ts';
import { openJournal } from '../../src/mqtt/journal/journal.ts';
import { openMqtt } from '../../src/mqtt/mqtt.ts';
import { ClientSession } from '../../src/mqtt/session.ts';
import { openBroker } from './kit.ts';
import {
  connectPacket,
  idPacket,
  packet,
  published,
  publishPacket,
  RawClient,
  unsubscribePacket,
} from './raw-client.ts';

const LONG = 60_000;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kiteline-mqtt-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** A broker that is closed within the test. */
async function open(data: string) {
  const hub = createHub();
  const mqtt = await openMqtt(hub, { tcp: { host: '127.0.0.1', port: 0 }, data });
  const close = async () => {
    await mqtt.close();
    await hub.close();
  };
  return { mqtt, port: mqtt.tcp?.port ?? 0, close };
}

async function join4(port: number, clientId: string) {
  const client = await RawClient.open(port);
  client.write(connectPacket({ clientId, clean: false }));
  return { client, present: (await client.next()).body[0] === 1 };
}

describe('over a restart', { timeout: LONG }, () => {
  it('sessions, their filters and messages, packet ids of QoS 2 and retained messages are there', async () => {
    const data = folder();
    const first = await open(data);
    const { client } = await join4(first.port, 'me');
    await client.subscribe('a', 2);
    await client.subscribe('gone', 1, 2);
    client.write(unsubscribePacket(3, ['gone']));
    await client.next();
    const other = await RawClient.connected(first.port);
    other.write(
      publishPacket('a', 'acknowledged', { qos: 1, id: 1 }),
      publishPacket('a', 'unacknowledged', { qos: 1, id: 2 }),
    );
    const one = published(await client.next());
    const two = published(await client.next());
    client.write(idPacket(0x40, one.id ?? 0), publishPacket('b', 'half', { qos: 2, id: 77 }));
    expect((await client.next()).type).toBe(5);
    other.write(publishPacket('a', 'twice', { qos: 2, id: 3 }));
    const three = published(await client.next());
    client.write(idPacket(0x50, three.id ?? 0));
    expect((await client.next()).type).toBe(6);
    client.end();
    other.write(
      publishPacket('a', 'missed', { qos: 1, id: 4 }),
      publishPacket('gone', 'x', { qos: 1, id: 5 }),
      publishPacket('kept', 'r', { qos: 1, id: 6, retain: true }),
      publishPacket('cleared', 'r', { qos: 1, id: 7, retain: true }),
      publishPacket('cleared', '', { qos: 1, id: 8, retain: true }),
    );
    await other.untilPing();
    await first.close();

    const second = await open(data);
    expect(second.mqtt.sessions).toBe(1);
    const again = await join4(second.port, 'me');
    expect(again.present).toBe(true);
    const came = [await again.client.next(), await again.client.next(), await again.client.next()];
    expect(published(came[0] as never)).toMatchObject({ payload: 'unacknowledged', dup: true, id: two.id });
    expect(came[1]).toMatchObject({ type: 6, body: idPacket(0, three.id ?? 0).subarray(2) });
    expect(published(came[2] as never)).toMatchObject({ payload: 'missed', dup: false, qos: 1 });
    const watcher = await RawClient.connected(second.port);
    await watcher.subscribe('#');
    expect(published(await watcher.next())).toMatchObject({ topic: 'kept', payload: 'r', retain: true });
    again.client.write(publishPacket('b', 'half', { qos: 2, id: 77, dup: true }), idPacket(0x62, 77));
    await again.client.untilPing();
    expect(await watcher.untilPing()).toEqual([]); // it was taken before the restart
    again.client.write(packet(0xe0));
    await again.client.closed();
    const clean = await RawClient.connected(second.port, { clientId: 'me', clean: true });
    clean.end();
    await second.close();

    const third = await open(data);
    expect(third.mqtt.sessions).toBe(0);
    await third.close();
  });

  it('a message for a kept session is on disk before its publisher is told', async () => {
    const data = folder();
    const { port } = await openBroker({ mqtt: { tcp: { host: '127.0.0.1', port: 0 }, data } });
    const { client } = await join4(port, 'me');
    await client.subscribe('a', 1);
    client.end();
    const other = await RawClient.connected(port);
    other.write(publishPacket('a', 'precious', { qos: 1 }));
    await other.next();
    expect(readFileSync(join(data, 'mqtt.klog')).includes('precious')).toBe(true);
  });

  it('what a power cut left half written is left out, whole records before it stand', async () => {
    const data = folder();
    const journal = await openJournal(data);
    journal.retains({ topic: 'a', payload: Buffer.from('1'), qos: 1 });
    expect(await journal.flush()).toBe(true);
    await journal.close();
    const path = join(data, 'mqtt.klog');
    const whole = readFileSync(path);
    for (let cut = 1; cut < whole.length; cut++) {
      writeFileSync(path, whole);
      appendFileSync(path, whole.subarray(0, cut));
      const told: string[] = [];
      const again = await openJournal(data, { told: ({ code }) => told.push(code) });
      expect(again.retained.map(({ topic }) => topic)).toEqual(['a']);
      expect(told).toEqual(['STORE_FAILED']);
      await again.close();
    }
  });

  it('a disk that fails is told once, acknowledges nothing, and has everything once it is well', async () => {
    const data = folder();
    let fails = false;
    class Failing extends SystemJournalFile {
      override async append(parts: readonly Uint8Array[]): Promise<void> {
        if (fails) throw new Error('no space');
        return super.append(parts);
      }
      override async replace(parts: readonly Uint8Array[]): Promise<void> {
        if (fails) throw new Error('no space');
        return super.replace(parts);
      }
    }
    const told: string[] = [];
    const file = new Failing(join(data, 'mqtt.klog'));
    const journal = await openJournal(data, { file, told: ({ message }) => told.push(message) });
    const retained = [{ topic: 'a', payload: Buffer.from('1'), qos: 0 as const }];
    journal.attach(() => retained);
    const session = new ClientSession('me', 'anybody', false);
    fails = true;
    journal.opened(session);
    expect(await journal.flush()).toBe(false);
    expect(await journal.flush()).toBe(false);
    expect(told).toHaveLength(1);
    fails = false;
    expect(await journal.flush()).toBe(true);
    await journal.close();
    const again = await openJournal(data);
    expect([again.sessions.length, again.retained.length]).toEqual([1, 1]);
    await again.close();
  });
});
