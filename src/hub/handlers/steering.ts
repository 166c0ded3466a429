import { isObject, type Notification } from '../../wire/index.ts';
import type { BoardSession } from '../board-session.ts';
import type { Boards } from '../boards.ts';
import type { Via } from '../control/path.ts';

const METHODS = new Set(['$seen', '$stopped', '$refused']);

/** UTF-16 units of why a board refused a setpoint. A sentence. */
const MESSAGE_LENGTH = 500;

/** Whether a board says this of its controls. */
export const isSteering = ({ method }: Notification): boolean => METHODS.has(method);

/**
 * What a board says of its controls: which setpoint it has seen, that it stopped, that it does not take one.
 * @param way that it came by
 * @returns false when its parameters are none that it can have
 */
export function handleSteering(
  { method, params }: Notification,
  way: Via,
  session: BoardSession,
  boards: Pick<Boards, 'get'>,
): boolean {
  if (!isObject(params)) return false;
  const { control, n, got, why, late, message } = params;
  if (typeof control !== 'string' || !isCount(n)) return false;
  const presence = boards.get(session.board)?.presence;
  const controls = presence?.session === session ? presence.controls : undefined;
  switch (method) {
    case '$seen':
      if (got !== undefined && !isCount(got)) return false;
      controls?.seen(control, way, n, got);
      return true;
    case '$stopped':
      if (typeof why !== 'string' || (late !== undefined && typeof late !== 'number')) return false;
      controls?.stopped(control, n, why, late);
      return true;
    default:
      if (typeof message !== 'string') return false;
      controls?.refused(control, n, message.slice(0, MESSAGE_LENGTH));
      return true;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
