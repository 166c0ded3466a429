import { type Context, Hono } from 'hono';
import type { Hub } from '../hub/hub.ts';
import type { BoardKey, Keys } from '../hub/keys.ts';
import { say } from '../language.ts';
import type { HostPort } from '../transport/address.ts';
import { membersIn } from './json-body.ts';
import { problem } from './problem.ts';

/** Bytes of a body. */
export const MAX_KEY_REQUEST = 4_096;

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

/**
 * `GET /api/v1/keys`, which names are closed, and `POST` to change that; both are an operator's (guard.ts). A key is in the answer
 * that makes it and nowhere else.
 */
export function keyRoutes(hub: Pick<Hub, 'keys' | 'listening'>): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    await next();
  });
  app.get('/', (c) => c.json({ boards: hub.keys.list() }));
  app.post('/', (c) => change(c, hub));
  return app;
}

async function change(c: Context, { keys, listening }: Pick<Hub, 'keys' | 'listening'>): Promise<Response> {
  const request = requestIn(await membersIn(c));
  if (!request) {
    const detail = say(
      `The body is a JSON object such as {"do":"add","board":"greenhouse"}; it can be done: ${KEY_ACTIONS.join(', ')}.`,
      `请求内容应为 JSON 对象，例如 {"do":"add","board":"greenhouse"}；可用操作：${KEY_ACTIONS.join('、')}。`,
    );
    return problem(c, 400, detail);
  }
  const answer = await changeKeys(keys, request);
  return c.json({ ...answer, ...(listening.tcp && { hub: listening.tcp }) } satisfies KeyAnswer);
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

function requestIn(members: Partial<Record<string, unknown>> = {}): KeyRequest | undefined {
  const { do: action, board, overlap } = members;
  const isRight =
    KEY_ACTIONS.some((one) => one === action) &&
    typeof board === 'string' &&
    (overlap === undefined || typeof overlap === 'number');
  return isRight ? (members as unknown as KeyRequest) : undefined;
}
