/** Our hub with its broker, the store and the journal on disk, as `kiteline up --mqtt` has it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createHub, openMqtt } from '../../src/index.ts';
import { beSystem } from '../kit/answers.ts';
import { countPoints, openStore } from '../kit/store.ts';

const folder = process.argv[2] ?? '';
const store = await openStore(folder);
const hub = createHub({ store, reply: false });
const mqtt = await openMqtt(hub, { tcp: { host: '127.0.0.1', port: 0 }, data: folder });

beSystem(
  { port: mqtt.tcp?.port, pid: process.pid },
  () => hub.counts.samples,
  async () => {
    await sleep(50);
    const counts = { ...mqtt.counts, ...hub.counts.dropped };
    await mqtt.close();
    await hub.close();
    return { counts, points: await countPoints(folder) };
  },
);
