/** Holds what was seen in a run against the promises of PROTOCOL.md. Pure: the same record, the same findings. */
import { say } from '../../language.ts';
import type { BoardRecord, RunRecord } from '../record.ts';
import type { Breach } from './breach.ts';
import { some } from './breach.ts';
import { auditCommands } from './commands.ts';
import { auditControl } from './controls.ts';
import { auditPrograms } from './programs.ts';
import { auditSamples } from './samples.ts';
import { auditLeaks } from './trust.ts';

/**
 * Bytes of heap that a board may hold at the end beyond what it held when it first came online: 8 KiB of replies, 6 KiB of log
 * lines, what waits to be written. What each connection left behind would be more after the forty of `flapping`.
 */
const HEAP_SLACK = 24 * 1024;

export function audit(record: RunRecord): Breach[] {
  return [
    ...record.boards.flatMap((board) => [
      ...auditSamples(board, record),
      ...auditCommands(board, record.lagMs),
      ...auditControl(board, record.lagMs),
      ...auditLeaks(board),
      ...auditPrograms(board),
      ...auditTexts(board),
      ...auditBounds(board),
      ...(record.linkHolds ? auditLink(board) : []),
    ]),
    ...record.notRecovered.map((sentence): Breach => ({ kind: 'not-recovered', count: 1, sentence })),
    ...record.broke.map((sentence): Breach => ({ kind: 'broke', count: 1, sentence })),
  ];
}

/** Log lines may be lost, but what arrives is what was written; an answer to a call is that call's. */
function auditTexts({ name, logs, saidLogs, badCalls }: BoardRecord): Breach[] {
  const said = new Set(saidLogs);
  const strange = logs.filter((line) => !said.has(line) && !isBeginning(line, saidLogs));
  const breaches: Breach[] = badCalls.map((sentence) => ({
    kind: 'wrong-outcome',
    count: 1,
    sentence: `${name}: ${sentence}`,
  }));
  if (strange.length > 0) {
    breaches.push({
      kind: 'garbled',
      count: strange.length,
      sentence: say(
        `${name}: log lines at the hub that the board did not write: ${some(strange.map((line) => JSON.stringify(line)))}.`,
        `${name}：中枢收到了板子没有写过的日志行：${some(strange.map((line) => JSON.stringify(line)))}。`,
      ),
    });
  }
  return breaches;
}

/** A line that was too long is sent as its beginning and an ellipsis. */
const isBeginning = (line: string, said: readonly string[]): boolean =>
  line.endsWith('…') && said.some((each) => each.startsWith(line.slice(0, -1)));

function auditBounds({ name, queue, heap }: BoardRecord): Breach[] {
  const breaches: Breach[] = [];
  if (queue.limit !== undefined && queue.most > queue.limit) {
    breaches.push({
      kind: 'grown',
      count: 1,
      sentence: say(
        `${name}: ${queue.most} samples in a queue for ${queue.limit}.`,
        `${name}：容量为 ${queue.limit} 的队列里有 ${queue.most} 个采样。`,
      ),
    });
  }
  if (heap && Number.isFinite(heap.last) && heap.last - heap.first > HEAP_SLACK) {
    breaches.push({
      kind: 'grown',
      count: 1,
      sentence: say(
        `${name}: its heap has grown from ${heap.first} to ${heap.last} bytes with an empty queue.`,
        `${name}：队列已空，但堆从 ${heap.first} 字节增长到 ${heap.last} 字节。`,
      ),
    });
  }
  return breaches;
}

/** Delay, loss, single bytes and characters cut in two are no reason for a session to end. */
function auditLink({ name, offline }: BoardRecord): Breach[] {
  if (offline.length === 0) return [];
  return [
    {
      kind: 'link-broke',
      count: offline.length,
      sentence: say(
        `${name} lost a link that had no reason to break: ${some(offline)}.`,
        `${name} 的连接无故断开：${some(offline)}。`,
      ),
    },
  ];
}
