/** How each fault is done to a board, its air or the hub; and undone. */
import { setTimeout as wait } from 'node:timers/promises';
import { hasFileLimits, type LabHub } from './hub/lab-hub.ts';
import type { LabBoard } from './lab-board.ts';
import type { Fault } from './script.ts';

export interface World {
  hub: LabHub;
  boards: readonly LabBoard[];
  /** Resolves when the boards have worked for long enough. */
  workOver: Promise<void>;
}

/**
 * Lets it happen. Resolves when it is over, except what ends with the connection or the attempt that it befell.
 * @param board whose it is, where it is one board's
 * @throws KitelineError CLOSED when the hub does not start again
 */
export async function strike(fault: Fault, board: LabBoard, world: World): Promise<void> {
  const { hub, boards, workOver } = world;
  switch (fault.do) {
    case 'access-point-gone':
    case 'other-password': {
      // There is one access point, and each board has an air of its own.
      const state = fault.do === 'other-password' ? 'other password' : 'gone';
      for (const { air } of boards) air.accessPoint = state;
      await wait(fault.ms);
      for (const { air } of boards) air.accessPoint = 'here';
      return;
    }
    case 'chip-fault':
      board.air.bungle(fault.fault, fault.times);
      return;
    case 'weather':
      board.air.weather = fault.weather;
      await (fault.ms === 'work' ? workOver : wait(fault.ms));
      board.air.weather = {};
      return;
    case 'hub-killed':
    case 'hub-restarted':
    case 'disk-full':
    case 'hub-stalls':
      return strikeHub(fault, hub);
    case 'board-reset':
      await board.reset(fault.kind);
      return;
    case 'power-cut':
      board.cutPower(fault.afterBytes, fault.torn);
      return;
    case 'disk-slow':
      hub.setDisk({ slowerMs: fault.byMs });
      await wait(fault.ms);
      hub.setDisk({});
      return;
    case 'hub-frozen':
      await hub.freeze(fault.ms);
      return;
    case 'hub-moved': {
      const { how, isCopy, ms, bluff } = fault;
      await hub.move(how, ms, isCopy, async (port) => {
        if (bluff) await board.deceive(bluff, port);
      });
      return;
    }
    case 'key-changed':
      await board.changeKey(fault.overlapMs);
      await wait(fault.ms);
      await board.takeKey();
      return;
    case 'right-key':
      await board.takeKey();
      return;
    case 'hub-clock':
      hub.setClock(fault.aheadMs);
      return;
  }
}

/** What befalls the hub alone, whatever its boards speak. */
export type HubFault = Extract<Fault, { do: 'hub-killed' | 'hub-restarted' | 'disk-full' | 'hub-stalls' }>;

/** @throws KitelineError CLOSED when it does not start again */
export async function strikeHub(fault: HubFault, hub: LabHub): Promise<void> {
  switch (fault.do) {
    case 'hub-killed':
    case 'hub-restarted':
      await hub.startAgain(fault.do === 'hub-killed' ? 'killed' : 'ended', fault.ms);
      return;
    case 'disk-full':
      if (fault.how === 'limit' && hasFileLimits) {
        hub.fillDisk();
        await wait(fault.ms);
        hub.makeRoom();
      } else {
        hub.setDisk({ refuses: true });
        await wait(fault.ms);
        hub.setDisk({});
      }
      return;
    case 'hub-stalls':
      hub.stall(fault.ms);
      await wait(fault.ms);
      return;
  }
}
