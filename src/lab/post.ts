/** A board of a run, who commands and steers it, and what is written down of it in the end. */
import type { Commander } from './commander.ts';
import type { KeptOfBoard } from './hub/messages.ts';
import type { LabBoard } from './lab-board.ts';
import type { BoardRecord, ControlRecord, SetpointRecord } from './record.ts';
import type { Steerer } from './steerer.ts';
import type { Updater } from './updater.ts';

export interface Post {
  board: LabBoard;
  commander: Commander;
  steerer: Steerer;
  updater: Updater;
  /** The numbers of its samples as the hub stored them. */
  arrived: number[];
  /** What the hub sent it. */
  setpoints: SetpointRecord[];
}

/**
 * All that the audit is to know of it.
 * @param kept what the hub and its store have of it
 * @param isOwn its program is not the lab's
 */
export function recordOf(post: Post, kept: KeptOfBoard, isOwn: boolean): BoardRecord {
  const { board, commander, arrived, updater } = post;
  const { log, name, script } = board;
  return {
    name,
    boots: log.boots,
    offline: log.offline,
    handlers: log.handlers,
    commands: commander.records,
    badCalls: log.badCalls,
    stored: kept.stored,
    storedValues: kept.values,
    arrived,
    logs: kept.logs,
    saidLogs: log.saidLogs,
    hub: kept.hub,
    leaked: board.leaked,
    programs: script.updates.length === 0 ? undefined : { sent: updater.records, ran: log.ran },
    control: isOwn ? undefined : controlOf(post),
    queue: { most: log.mostQueued, limit: isOwn ? undefined : script.program.queue },
    heap: log.heap,
  };
}

function controlOf({ board: { log, script }, steerer, setpoints }: Post): ControlRecord | undefined {
  const { holders, program } = script;
  if (holders.length === 0) return undefined;
  return {
    leaseMs: program.leaseMs,
    holdMs: Math.max(...holders.map(({ holdMs }) => holdMs)),
    sent: setpoints,
    steering: steerer.records,
    events: log.controlEvents,
  };
}
