import type { BoardInfo } from '../../hub/boards.ts';
import type { DialInfo } from '../../hub/dial.ts';
import { say } from '../../language.ts';
import { dialTable } from '../dials.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import { findHub, type HubAddress, type HubOptions } from '../hub-file.ts';
import { presenceText } from '../presence.ts';
import { steeredText } from '../steering.ts';
import { table } from '../table.ts';
import { print, printable, printableJson, tell } from '../terminal.ts';

/** @throws KitelineError NO_HUB */
export async function listBoards(options: HubOptions & { json?: boolean }): Promise<void> {
  const hub = await findHub(options);
  const response = await askHub(hub, '/api/v1/boards', 'application/json');
  const { boards } = await jsonOf<{ boards: BoardInfo[] }>(response, hub.url);
  if (options.json) {
    await print(boards.map((board) => `${printableJson(JSON.stringify(board))}\n`).join(''));
    return;
  }
  const dials = await dialled(hub);
  if (dials.length > 0) await print(`${dialTable(dials, Date.now()).join('\n')}\n\n`);
  if (boards.length === 0) {
    tell(say('No board has sent anything yet.', '还没有板子发来消息。'));
    return;
  }
  const now = Date.now();
  const isSteered = boards.some((board) => steeredText(board, now) !== '');
  const header = [
    say('BOARD', '板子'),
    say('LAST FROM', '最近来自'),
    say('PRESENCE', '状态'),
    say('SAMPLES', '采样'),
    say('TEXTS', '文本'),
    say('LOST', '丢失'),
    ...(isSteered ? [say('STEERED BY', '控制者')] : []),
  ];
  const rows = boards.map((board) => [
    printable(board.name),
    `${board.transport} ${board.address}`,
    presenceText(board, now),
    String(board.samples),
    String(board.texts),
    lostOf(board),
    ...(isSteered ? [steeredText(board, now)] : []),
  ]);
  await print(`${table(header, rows).join('\n')}\n`);
}

/** What the hub dials; nothing where it is older than that. */
async function dialled(hub: HubAddress): Promise<DialInfo[]> {
  const response = await askHub(hub, '/api/v1/dials', 'application/json').catch(() => undefined);
  return response ? (await jsonOf<{ dials: DialInfo[] }>(response, hub.url)).dials : [];
}

/** `3 (LINE_TOO_LONG 2, NOT_FINITE 1)` */
function lostOf({ dropped }: BoardInfo): string {
  const reasons = Object.entries(dropped);
  const total = reasons.reduce((sum, [, times]) => sum + times, 0);
  return total === 0
    ? '0'
    : `${total} (${reasons.map(([reason, times]) => `${reason} ${times}`).join(', ')})`;
}
