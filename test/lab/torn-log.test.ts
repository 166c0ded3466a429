import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HubProcess } from '../../src/lab/hub/hub-process.ts';
import { encodeFrame } from '../../src/store/sqlite/frame.ts';
import { Workload } from '../store/sqlite/workload.ts';

const workload = new Workload(2);

function frame(number: number): Buffer {
  const { samples, texts, acks } = workload.batch(number);
  return Buffer.concat(encodeFrame({ number, samples: samples.parts, texts, acks }));
}

/** What the lab's hub finds damaged in a folder with this log. */
async function damageOf(log: Buffer): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-torn-'));
  writeFileSync(join(folder, 'log-00000001.klog'), log);
  const hub = new HubProcess(
    { folder, port: 0, udp: 0, mqtt: 0, keepaliveMs: 10_000, graceMs: 10_000 },
    () => undefined,
  );
  onTestFinished(async () => {
    await hub.end();
    rmSync(folder, { recursive: true, force: true });
  });
  await hub.listening();
  return hub.ask({ ask: 'check' });
}

test('half a write at the end of a log, as a kill leaves it, is no damage for the lab', async () => {
  const cut = frame(2);
  expect(await damageOf(Buffer.concat([frame(1), cut.subarray(0, cut.length - 8)]))).toEqual([]);
});

test('damage in the middle of a log is', async () => {
  const damaged = frame(2).fill(7, 8);
  expect(await damageOf(Buffer.concat([frame(1), damaged, frame(3)]))).toEqual([
    expect.stringContaining('are damaged and left out'),
  ]);
});
