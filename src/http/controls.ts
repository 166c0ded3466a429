import type { Context } from 'hono';
import { HeldError, LeaseOverError } from '../hub/control/errors.ts';
import type { Hub } from '../hub/hub.ts';
import { say } from '../language.ts';
import { limits } from '../wire/index.ts';
import { Setpoint } from './api/schemas/commands.ts';
import { isJson, membersIn, readAs } from './json-body.ts';
import { problem } from './problem.ts';
import type { TokenLeases } from './token-leases.ts';

/** Bytes of a body: a setpoint's datagram, written with room. */
export const MAX_SETPOINT = 4 * limits.datagramBytes;

/**
 * `PUT /api/v1/boards/NAME/controls/CONTROL`: takes the control, or goes on, and sets what the board is to do; without `args` the last
 * setpoint is renewed. With the `id` of a lease only that lease goes on. It ends when the token is taken back that it was renewed with last.
 * @throws KitelineError BAD_ARGUMENT, NOT_FOUND, OFFLINE, NOT_ALLOWED, STORE_FAILED
 */
export async function putControl(c: Context, hub: Hub, leases: TokenLeases): Promise<Response> {
  if (!isJson(c)) {
    const detail = say(
      'Send the setpoint as JSON, with "Content-Type: application/json".',
      '请以 JSON 发送设定值，并带上“Content-Type: application/json”。',
    );
    return problem(c, 415, detail);
  }
  const { board, control } = namesIn(c);
  const handle = await hub.findBoard(board);
  const body = readAs(Setpoint, await membersIn(c));
  if (!body) {
    const detail = say(
      'The body is a JSON object such as {"holder":"ann","args":{"left":0.5},"holdMs":1000}.',
      '请求内容应为 JSON 对象，例如 {"holder":"ann","args":{"left":0.5},"holdMs":1000}。',
    );
    return problem(c, 400, detail);
  }
  try {
    const lease = handle.control(control, body);
    if (lease.end) throw new LeaseOverError(lease.end);
    leases.took(lease, c.var.token);
    return c.json({ id: lease.id, ...handle.info()?.controls?.[control] });
  } catch (error) {
    return conflict(c, error);
  }
}

/**
 * `DELETE /api/v1/boards/NAME/controls/CONTROL?holder=NAME`: gives it back, and the board stops at once; `?takeover` does it
 * whoever has it. Where nobody has it there is nothing to do.
 * @throws KitelineError BAD_ARGUMENT, NOT_FOUND, OFFLINE, NOT_ALLOWED, STORE_FAILED
 */
export async function deleteControl(c: Context, hub: Hub): Promise<Response> {
  const { board, control } = namesIn(c);
  const handle = await hub.findBoard(board);
  const holder = c.req.query('holder');
  const takeover = c.req.query('takeover') !== undefined;
  if (holder === undefined && !takeover) {
    const detail = say(
      'Say whose it is (?holder=NAME), or take it from whoever has it (?takeover).',
      '请说明持有者（?holder=名称），或强制收回（?takeover）。',
    );
    return problem(c, 400, detail);
  }
  try {
    const status = handle.info()?.controls?.[control];
    // Of one that nobody holds it is still said when there is no such control.
    if (!status || status.holder !== undefined)
      handle.control(control, { holder: holder ?? OPERATOR, takeover }).release();
    return c.json(handle.info()?.controls?.[control] ?? {});
  } catch (error) {
    return conflict(c, error);
  }
}

/** Who takes what he does not name himself for. */
const OPERATOR = 'operator';

function namesIn(c: Context): { board: string; control: string } {
  return { board: c.req.param('name') ?? '', control: c.req.param('control') ?? '' };
}

/** @throws what is no conflict */
function conflict(c: Context, error: unknown): Response {
  if (error instanceof HeldError) {
    const { code, message, holder, since } = error;
    return problem(c, 409, message, { code, holder, since });
  }
  if (error instanceof LeaseOverError)
    return problem(c, 409, error.message, { code: error.code, ended: error.end });
  throw error;
}
