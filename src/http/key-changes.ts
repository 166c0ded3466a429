import type { BoardKey, Keys } from '../hub/keys.ts';
import type { HostPort } from '../transport/address.ts';

/** What can be done with the keys of a board. */
export const KEY_ACTIONS = ['add', 'rotate', 'revoke', 'open'] as const;
export type KeyAction = (typeof KEY_ACTIONS)[number];

/** The body of `POST /api/v1/keys`. */
export interface KeyRequest {
  do: KeyAction;
  board: string;
  /** Milliseconds that a replaced key stays valid; with `rotate`. */
  overlap?: number;
}

/** Its answer: of a new key what a board needs, and nothing of any other. */
export interface KeyAnswer {
  board: string;
  id?: string;
  /** 64 hex digits. */
  key?: string;
  /** Where a hub that is running listens for boards. */
  hub?: HostPort;
}

/** Does it, wherever the keys are. @throws what the keys throw */
export async function changeKeys(
  keys: Keys,
  { do: action, board, overlap = 0 }: KeyRequest,
): Promise<KeyAnswer> {
  switch (action) {
    case 'add':
      return answerOf(board, await keys.add(board));
    case 'rotate':
      return answerOf(board, await keys.rotate(board, overlap));
    case 'revoke':
      await keys.revoke(board);
      return { board };
    case 'open':
      await keys.open(board);
      return { board };
  }
}

const answerOf = (board: string, { id, key }: BoardKey): KeyAnswer => ({
  board,
  id,
  key: Buffer.from(key).toString('hex'),
});
