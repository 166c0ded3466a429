/** The program of the lab's hub: the real hub with the real store, told and asked over the channel to its parent. */
import { flushCompileCache } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, systemClock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { homeIn } from '../../hub/home.ts';
import { createHub } from '../../hub/hub.ts';
import { openKeys } from '../../hub/key-file.ts';
import { say } from '../../language.ts';
import { openMqtt } from '../../mqtt/mqtt.ts';
import { isUnfinished } from '../../store/sqlite/log.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import type { Point } from '../../store/store.ts';
import { monotonicMs } from '../monotonic.ts';
import type {
  FromHub,
  HeldByHub,
  HubAnswers,
  HubQuestion,
  HubSetup,
  KeptOfBoard,
  ToHub,
} from './messages.ts';
import { Steering, watchSetpoints } from './steering.ts';

/** By which programs/lab.py numbers the samples of whatever program. */
const METRIC = 'lab.n';

const setup = JSON.parse(process.argv[2] ?? '') as HubSetup;
const tell = (message: FromHub) => process.send?.(message);

/** This machine's wall clock, which the lab can set. */
let aheadMs = 0;
const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };

const store = await openSqliteStore(setup.folder).catch(refuse);
const append = store.append.bind(store);
const disk = { refuses: false, slowerMs: 0 };
store.append = async (batch) => {
  if (disk.slowerMs > 0) await wait(disk.slowerMs);
  if (disk.refuses) throw new KitelineError('STORE_FAILED', say('The disk is full.', '磁盘已满。'));
  await append(batch);
};

const { keepaliveMs, graceMs } = setup;
watchSetpoints((board, setpoint) => tell({ board, setpoint }));
const [keys, home] = await Promise.all([openKeys(setup.folder, { clock }), homeIn(setup.folder)]).catch(
  refuse,
);
const hub = createHub({ store, clock, keepaliveMs, graceMs, keys, home });
const steering = new Steering(hub);
hub.on('problem', ({ what, error }) => tell({ board: '', told: `${what}: ${(error as Error).message}` }));
hub.on('presence', ({ board, state, why }) => tell({ board, told: `presence ${state} ${why ?? ''}` }));
hub.on('sample', ({ board, values }) => {
  const n = values.get(METRIC);
  if (typeof n === 'number') tell({ board, arrived: n });
});
// What the built-in program calls: its answer says whose question it is of.
hub.method('twice', async (params, { signal }) => {
  const { k, ms } = params as { k: number; ms: number };
  if (ms > 0) await wait(ms, undefined, { signal });
  return { k, twice: 2 * k, text: `二倍 ${2 * k}` };
});
hub.method('refuse', () => {
  throw new Error('“不” is the answer');
});

process.on('SIGINT', () => {}); // Ctrl-C in the terminal is the lab's, which ends its hubs
process.on('disconnect', () => process.exit());
process.on('message', async ({ number, question }: ToHub) => {
  try {
    tell({ number, answer: await answer(question) });
  } catch (error) {
    tell({ number, error: (error as Error).message });
  }
  if (question.ask === 'close') process.disconnect();
});
const at = (port: number) => ({ host: '127.0.0.1', port });
const { tcp, udp } = await hub.listen({ tcp: at(setup.port), udp: at(setup.udp) }).catch(refuse);
const broker = await openMqtt(hub, { tcp: at(setup.mqtt), data: setup.folder }).catch(refuse);
tell({ listening: tcp?.port ?? 0, udp: udp?.port ?? 0, mqtt: broker.tcp?.port ?? 0 });
flushCompileCache(); // for the next: this one may not live to do it at its end

function refuse(error: Error): never {
  tell({ failed: error.message });
  process.disconnect();
  process.exit(1);
}

async function answer(question: HubQuestion): Promise<unknown> {
  switch (question.ask) {
    case 'command':
      return command(question);
    case 'steer':
      return steering.steer(question);
    case 'key':
      return newKey(question.board, question.overlapMs);
    case 'update':
      return update(question);
    case 'dial':
      return dial(question);
    case 'board':
      return kept(question.board);
    case 'disk':
      disk.refuses = question.refuses;
      disk.slowerMs = question.slowerMs;
      return null;
    case 'stall':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, question.ms);
      return null;
    case 'clock':
      aheadMs = question.aheadMs;
      return null;
    case 'held':
      return held();
    case 'check':
      return (await store.check()).damage.filter((sentence) => !isUnfinished(sentence));
    case 'close':
      await broker.close();
      await hub.close();
      return null;
  }
}

async function command(question: HubQuestion & { ask: 'command' }): Promise<HubAnswers['command']> {
  const { board, name, args, deadlineMs, giveUpMs } = question;
  const known = hub.board(board);
  if (!known) return { outcome: { outcome: 'not-given' } };
  const signal = giveUpMs > 0 ? AbortSignal.timeout(giveUpMs) : undefined;
  const untilMs = monotonicMs() + deadlineMs;
  const outcome = await known.command(name, args, { deadline: deadlineMs, ...(signal && { signal }) });
  return { outcome, untilMs };
}

async function newKey(board: string, overlapMs: number): Promise<string> {
  const { key } = await (keys.isClosed(board) ? keys.rotate(board, overlapMs) : keys.add(board));
  return Buffer.from(key).toString('hex');
}

/** Milliseconds for the whole of it: what a trial takes in the lab, some times over. */
const UPDATE_MS = 12_000;

async function update({ board, files }: HubQuestion & { ask: 'update' }): Promise<HubAnswers['update']> {
  const known = hub.board(board);
  if (!known) return { outcome: 'not-given' };
  const signal = AbortSignal.timeout(UPDATE_MS);
  return known.update(files, { signal, deadline: UPDATE_MS });
}

function dial({ url, isWanted }: HubQuestion & { ask: 'dial' }): null {
  const dialled = hub.dial(url);
  if (!isWanted) dialled.close();
  return null;
}

async function kept(board: string): Promise<KeptOfBoard> {
  const all: { [metric: string]: Point[] } = {};
  for (const { metric } of await store.series(board)) {
    all[metric] = [];
    for await (const page of store.points({ board, metric })) all[metric].push(...page);
  }
  const { [METRIC]: numbers = [], ...others } = all;
  const logs = await store.texts({ board, limit: 10_000 });
  const info = hub.board(board)?.info();
  return {
    stored: numbers.map(({ at, value }) => ({ n: Number(value), at })),
    values: Object.fromEntries(
      Object.entries(others).map(([metric, points]) => [metric, points.map(({ value }) => value)]),
    ),
    logs: logs.map(({ text }) => text),
    commands: info?.commands,
    hub: info && {
      duplicates: info.duplicates ?? 0,
      reconnects: info.reconnects ?? 0,
      restarts: info.restarts ?? 0,
      reportedDrops: info.reported?.samples ?? 0,
    },
  };
}

function held(): HeldByHub {
  globalThis.gc?.();
  return {
    connections: hub.counts.connections,
    boards: hub.boards().flatMap(({ name, connections }) => (connections > 0 ? name : [])),
    resources: process.getActiveResourcesInfo().length,
    heapBytes: process.memoryUsage().heapUsed,
  };
}
