/** One run of a board that speaks MQTT alone, against the hub's own broker. */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { say } from '../../language.ts';
import { virtualBoard } from '../../virtual/index.ts';
import type { Breach } from '../audit/breach.ts';
import { strikeHub } from '../faults.ts';
import { HubDied } from '../hub/hub-process.ts';
import type { LabHub } from '../hub/lab-hub.ts';
import { LabAir } from '../lab-air.ts';
import { Story } from '../story.ts';
import { Watch } from '../watch.ts';
import { auditMqtt } from './audit.ts';
import type { MqttFault, MqttScript } from './script.ts';

const PROGRAM = new URL('../programs/mqtt.py', import.meta.url);

export interface MqttRunOptions {
  script: MqttScript;
  seed: number;
  hub: LabHub;
  /** Of its board: none that the hub has seen. */
  name: string;
  patienceMs?: number | undefined;
}

export interface MqttSeen {
  breaches: Breach[];
  story: readonly string[];
  /** Faults that struck, cuts included. */
  faults: number;
  stored: number;
  /** What is stored more than once, as QoS 1 allows. */
  duplicates: number;
  /** Connections after the first. */
  reconnects: number;
}

export async function runMqtt({ script, seed, hub, name, patienceMs }: MqttRunOptions): Promise<MqttSeen> {
  const story = new Story();
  const watch = new Watch(patienceMs);
  const air = new LabAir(seed, script.cuts);
  const seen: Record<string, number[]> = { online: [], sent: [], acked: [], got: [] };
  const settings = { name, port: hub.mqtt, count: script.count, everyMs: script.everyMs };
  const board = await virtualBoard({
    name,
    air: air.air,
    files: { 'main.py': readFileSync(PROGRAM, 'utf8'), 'lab.json': JSON.stringify(settings) },
  });
  let rest = '';
  board.on('stdout', (bytes) => {
    const lines = (rest + Buffer.from(bytes).toString()).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      story.tell(name, line);
      const [event, n] = JSON.parse(line) as [string, number];
      seen[event]?.push(n);
    }
    watch.changed();
  });
  board.on('stderr', (bytes) => watch.breaks(`${name}: ${Buffer.from(bytes)}`));
  hub.events = {
    arrived: () => {},
    setpoint: () => {},
    told: (who, text) => story.tell('hub', `${who} ${text}`),
    died: (how) => watch.breaks(say(`The hub has ended: ${how}`, `中枢结束了：${how}`)),
  };
  const publisher = mqtt.connect(`mqtt://127.0.0.1:${hub.mqtt}`, {
    protocolVersion: 4,
    clientId: `${name}-publisher`,
    reconnectPeriod: 20,
  });
  publisher.on('error', () => {}); // it tries again
  const published: number[] = [];
  const given: number[] = [];
  let struck = 0;
  try {
    void board.run();
    const { acked = [], got = [], online = [] } = seen;
    await watch.must(() => online.length > 0, say('the board to come online', '板子上线'));
    // From its first subscription on what is published for it is its.
    await watch.must(() => acked.length > 0, say('the first acknowledgement', '第一个确认'));
    const publishing = publishAll(publisher, name, script, published, (n) => {
      given.push(n);
      watch.changed();
    });
    for (const { after, fault } of script.strikes) {
      await watch.must(() => acked.length >= after, say(`${after} acknowledgements`, `${after} 个确认`));
      if (watch.isOver) break;
      story.tell('fault', JSON.stringify(fault));
      struck++;
      await strike(fault, hub, air);
    }
    await watch.must(() => acked.length >= script.count, say('every acknowledgement', '全部确认'));
    await watch.must(() => given.length >= script.forBoard, say('the publisher to be through', '发布者发完'));
    if (!watch.isOver) await publishing;
    const missing = () => given.some((n) => !got.includes(n));
    // What does not come any more is told by the audit, as lost.
    await watch.until(() => !missing() || watch.isOver, patienceMs ?? LAST_MS);
    const stored = await storedOf(hub, name);
    const { sent = [] } = seen;
    const breaches = [
      ...auditMqtt({ name, sent, acked, stored, published, given, got }),
      ...watch.notRecovered.map((sentence): Breach => ({ kind: 'not-recovered', count: 1, sentence })),
      ...watch.broke.map((sentence): Breach => ({ kind: 'broke', count: 1, sentence })),
    ];
    return {
      breaches,
      story: story.lines,
      faults: struck + Math.min(script.cuts.length, air.connections),
      stored: stored.length,
      duplicates: stored.length - new Set(stored).size,
      reconnects: online.length - 1,
    };
  } finally {
    hub.events = undefined;
    await Promise.all([publisher.endAsync(true), board.close()]);
  }
}

/** Milliseconds for what is on its way to the board when all is well again. */
const LAST_MS = 10_000;

async function publishAll(
  publisher: MqttClient,
  name: string,
  { forBoard, forBoardMs }: MqttScript,
  published: number[],
  acknowledged: (n: number) => void,
): Promise<void> {
  const all: Promise<void>[] = [];
  for (let n = 1; n <= forBoard; n++) {
    published.push(n);
    const told = publisher.publishAsync(`lab/${name}`, String(n), { qos: 1 });
    all.push(
      told.then(
        () => acknowledged(n),
        () => {}, // the run is over
      ),
    );
    await wait(forBoardMs);
  }
  await Promise.all(all);
}

async function strike(fault: MqttFault, hub: LabHub, air: LabAir): Promise<void> {
  if (fault.do !== 'access-point-gone') return strikeHub(fault, hub);
  air.accessPoint = 'gone';
  await wait(fault.ms);
  air.accessPoint = 'here';
}

async function storedOf(hub: LabHub, name: string): Promise<number[]> {
  try {
    return (await hub.process.ask({ ask: 'board', board: name })).stored.map(({ n }) => n);
  } catch (error) {
    if (error instanceof HubDied) return [];
    throw error;
  }
}
