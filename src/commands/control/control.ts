import { userInfo } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { KitelineError } from '../../errors.ts';
import type { BoardInfo } from '../../hub/boards.ts';
import type { ControlStatus } from '../../hub/controls.ts';
import { say } from '../../language.ts';
import { shortSpanOf } from '../command/deadline.ts';
import { parseArguments } from '../command/values.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import { findHub, type HubAddress, type HubOptions } from '../hub-file.ts';
import { viaText } from '../steering.ts';
import { interruption, printable, tell } from '../terminal.ts';

export interface ControlCliOptions extends HubOptions {
  /** As it was typed. */
  for?: string;
  takeover?: boolean;
  holder?: string;
}

/** Milliseconds that the hub goes on without us: then we are gone, and the board is to stop. */
const HOLD_MS = 1_000;
/** Milliseconds between our words: two may be late. */
const WORD_MS = 300;

/**
 * Steers a board until the time is over or Ctrl-C, then gives the control back; the exit code is 0 then.
 * @throws KitelineError BAD_ARGUMENT; NO_HUB; USAGE with the hub's own sentence when it cannot be taken, or is over before
 */
export async function steer(
  board: string,
  control: string,
  pairs: string[],
  options: ControlCliOptions,
): Promise<void> {
  const ms = options.for === undefined ? Number.POSITIVE_INFINITY : parseSpan(options.for);
  const interrupted = interruption();
  const hub = await findHub(options);
  const args = parseArguments(pairs, await announced(hub, board, control));
  const holder = options.holder ?? userName();
  const path = `/api/v1/boards/${encodeURIComponent(board)}/controls/${encodeURIComponent(control)}`;
  const put = async (body: object): Promise<ControlStatus> => {
    const init = {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ holder, holdMs: HOLD_MS, ...body }),
    };
    return jsonOf(await askHub(hub, path, 'application/json', init), hub.url);
  };
  const begun = await put({ args, ...(options.takeover && { takeover: true }) });
  const until = performance.now() + ms;
  tell(
    say(
      `${printable(holder)} steers ${printable(board)} (${viaText(begun)}). Ctrl-C ends.`,
      `${printable(holder)} 正在控制 ${printable(board)}（${viaText(begun)}）。按 Ctrl-C 结束。`,
    ),
  );
  try {
    for (let left = ms; left > 0 && !interrupted.aborted; left = until - performance.now()) {
      await setTimeout(Math.min(left, WORD_MS), undefined, { signal: interrupted }).catch(() => {});
      if (until > performance.now() && !interrupted.aborted) await put({ id: begun.id });
    }
    await (
      await askHub(hub, `${path}?holder=${encodeURIComponent(holder)}`, 'application/json', {
        method: 'DELETE',
      })
    ).body?.cancel();
  } catch (cause) {
    throw cause instanceof KitelineError && cause.code === 'NO_HUB'
      ? hubGone(board, begun.lease, cause)
      : cause;
  }
  tell(say(`Released; ${printable(board)} stops.`, `已释放；${printable(board)} 停止。`));
}

async function announced(hub: HubAddress, board: string, control: string) {
  const response = await askHub(hub, '/api/v1/boards', 'application/json');
  const { boards } = await jsonOf<{ boards: BoardInfo[] }>(response, hub.url);
  const controls = boards.find(({ name }) => name === board)?.controls ?? {};
  return Object.hasOwn(controls, control) ? controls[control]?.args : undefined;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'cli'; // a user without an entry, as in containers
  }
}

function parseSpan(text: string): number {
  const ms = shortSpanOf(text);
  if (ms !== undefined) return ms;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${printable(text)}" is no time to steer for: write for example 500ms, 2s or 1m; at most 1d.`,
      `“${printable(text)}”不能作为时长：请写成例如 500ms、2s 或 1m；最长 1d。`,
    ),
  );
}

function hubGone(board: string, lease: number, cause: Error): KitelineError {
  return new KitelineError(
    'USAGE',
    say(
      `The hub has gone: ${printable(board)} stops by itself when its lease of ${lease} ms is over.`,
      `中枢已离开：${printable(board)} 在 ${lease} 毫秒的租约到期后自行停止。`,
    ),
    { cause },
  );
}
