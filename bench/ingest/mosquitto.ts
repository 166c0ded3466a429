/**
 * Mosquitto with the usual script behind it: it subscribes with QoS 0, parses each message as JSON and stores a row a
 * value, committed every 100 ms. Both count as the system under test. The queue for the subscriber is unlimited, so
 * that the broker need not drop.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beSystem, ownCpu } from '../kit/answers.ts';
import { reach, startMosquitto } from '../kit/brokers.ts';
import { connectPacket, MqttReader, subscribePacket } from '../kit/mqtt.ts';
import { COMMIT_MS, RowStore } from '../kit/rows.ts';

const [program = 'mosquitto', folder = ''] = process.argv.slice(2);
const broker = await startMosquitto(program, folder);

/** CPU microseconds of the broker: fields 14 and 15 of proc(5), in ticks of 10 ms. NaN where there is no /proc. */
function brokerCpu(): number {
  try {
    const stat = readFileSync(`/proc/${broker.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  } catch {
    return Number.NaN;
  }
}

const store = new RowStore(folder);
const series = new Map<string, number>();
let last = 0;
let received = 0;
let committed = 0;

/** A row a value. The time is in microseconds, made different for messages of the same one, or the key would lose them. */
function keep(topic: string, message: Record<string, number>): void {
  last = Math.max(last + 1, Date.now() * 1_000);
  for (const metric in message) {
    const name = `${topic} ${metric}`;
    let id = series.get(name);
    if (id === undefined) {
      id = store.series(name);
      series.set(name, id);
    }
    store.add(id, last, message[metric] as number);
  }
  received++;
}

const reader = new MqttReader((bytes, topic, payload, end) =>
  keep(bytes.toString('latin1', topic, payload), JSON.parse(bytes.toString('utf8', payload, end))),
);
const socket = await reach(broker.port);
let committedAt = performance.now();
function commit(): void {
  store.commit();
  committed = received;
  committedAt = performance.now();
}
socket.on('data', (chunk: Buffer) => {
  reader.push(chunk);
  if (performance.now() - committedAt >= COMMIT_MS) commit();
});
setInterval(() => {
  if (performance.now() - committedAt >= COMMIT_MS) commit();
}, COMMIT_MS / 2);
socket.write(connectPacket('store'));
socket.write(subscribePacket('b/+'));
while (reader.others < 2) await sleep(10);

beSystem(
  { port: broker.port },
  () => committed,
  async () => {
    commit();
    const rows = store.count();
    store.close();
    await broker.end();
    return { rows, received };
  },
  () => ownCpu() + brokerCpu(),
);
