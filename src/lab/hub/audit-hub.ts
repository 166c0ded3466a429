/** What a hub may hold once every board of its runs has gone, and what its store must be. */
import { setTimeout as wait } from 'node:timers/promises';
import { say } from '../../language.ts';
import { HubDied } from './hub-process.ts';
import type { LabHub } from './lab-hub.ts';
import type { HeldByHub } from './messages.ts';

/** Milliseconds in which the last connections that nobody ended are noticed: heartbeats, and some more. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 100;
/** Timers, sockets and the like of a hub that has nobody: its listener, its store's thread, its channel to us. */
const MOST_RESOURCES = 20;

/** Bytes of JavaScript heap that a hub may have more after its runs: code that it had not used yet, and what it knows of each board. */
const HEAP_SLACK = { once: 6_000_000, perRun: 250_000 } as const;

/**
 * What is wrong with it, a sentence each.
 * @param before what it held before its first run
 * @param runs how many it has been through
 * @param runOf says in which run a board was, for whoever looks for the reason
 */
export async function auditHub(
  hub: LabHub,
  before: HeldByHub,
  runs: number,
  runOf: (board: string) => string,
): Promise<string[]> {
  try {
    return await findings(hub, before, runs, runOf);
  } catch (error) {
    if (!(error instanceof HubDied)) throw error;
    return [say('A hub ended by itself after its runs.', '一个中枢在运行结束后自行退出。')];
  }
}

async function findings(
  hub: LabHub,
  before: HeldByHub,
  runs: number,
  runOf: (board: string) => string,
): Promise<string[]> {
  const held = () => hub.process.ask({ ask: 'held' });
  const isEmpty = ({ connections, resources }: Awaited<ReturnType<typeof held>>) =>
    connections === 0 && resources <= MOST_RESOURCES;
  let now = await held();
  for (let waited = 0; waited < PATIENCE_MS && !isEmpty(now); waited += LOOK_EVERY_MS) {
    await wait(LOOK_EVERY_MS);
    now = await held();
  }
  const of = now.boards.length === 0 ? '' : ` (${now.boards.map(runOf).join(', ')})`;
  const damage = await hub.process.ask({ ask: 'check' });
  return [
    ...(isEmpty(now)
      ? []
      : [
          say(
            `A hub whose boards have all gone still holds ${now.connections} connections${of} and ${now.resources} timers and sockets.`,
            `所有板子都已离开，中枢仍持有 ${now.connections} 个连接${of}、${now.resources} 个定时器和套接字。`,
          ),
        ]),
    ...(now.heapBytes - before.heapBytes <= HEAP_SLACK.once + runs * HEAP_SLACK.perRun
      ? []
      : [
          say(
            `A hub's heap has grown from ${before.heapBytes} to ${now.heapBytes} bytes in ${runs} runs.`,
            `中枢的堆在 ${runs} 次运行中从 ${before.heapBytes} 字节增长到 ${now.heapBytes} 字节。`,
          ),
        ]),
    ...damage.map((sentence) =>
      say(`A hub's store is damaged: ${sentence}`, `中枢的存储已损坏：${sentence}`),
    ),
  ];
}
