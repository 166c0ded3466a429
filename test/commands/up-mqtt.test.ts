import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aedes, TestClient } from '../mqtt/brokers.ts';
import { run } from './cli.ts';
import { startUp, stop } from './up-hub.ts';

test('kiteline up --mqtt-url joins a broker: what is published there is history here, what is posted here is published there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline up mqtt '));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { url } = await aedes();
  const hub = await startUp(folder, ['--mqtt-url', url]);
  await hub.err(/MQTT broker 127\.0\.0\.1:\d+: joined/);
  const client = await TestClient.connect(url);
  await client.subscribe('kiteline/#');
  await client.publish('kiteline/greenhouse/temp', '23.5');
  await hub.err(/A new board: greenhouse/);
  await fetch(`${hub.http}/samples?board=window`, { method: 'POST', body: '{"open":true}' });
  expect((await client.topic('kiteline/window/open')).text).toBe('true');
  const { stdout } = await run(['boards', '--hub', hub.http, '--token', hub.token]);
  expect(stdout).toMatch(/greenhouse +mqtt 127\.0\.0\.1/);
  const { code, stderr } = await stop(hub);
  expect(code).toBe(0);
  expect(stderr).not.toContain('Trouble');
  expect(
    (await client.until(({ topic, text }) => topic.includes('$hub') && text === 'offline')).topic,
  ).toMatch(/^kiteline\/\$hub\/[0-9a-f]{16}$/);
  const bad = await run(['up', '--mqtt-url', 'http://a']);
  expect(bad.stderr).toContain('is not the address of an MQTT broker');
});
