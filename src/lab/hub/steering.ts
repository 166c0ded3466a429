/** In the lab's hub: holders of controls, and what the hub really sends, seen from outside of what sends it. */
import { BoardSession } from '../../hub/board-session.ts';
import type { ControlHandle } from '../../hub/control/lease.ts';
import type { Hub } from '../../hub/hub.ts';
import { monotonicMs } from '../monotonic.ts';
import type { SetpointRecord } from '../record.ts';
import type { HubAnswers, HubQuestion } from './messages.ts';

/** The built-in program's only one. */
const CONTROL = 'drive';

type Steer = HubQuestion & { ask: 'steer' };

export class Steering {
  readonly #hub: Hub;
  readonly #held = new Map<string, ControlHandle>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Does it. What the hub will not do is an answer. */
  steer(question: Steer): HubAnswers['steer'] {
    const fromMs = monotonicMs();
    let isTaken = false;
    let why: string | undefined;
    try {
      isTaken = this.#do(question);
    } catch (error) {
      why = (error as Error).message;
    }
    return { isTaken, fromMs, atMs: monotonicMs(), ...(why !== undefined && { why }) };
  }

  #do({ board, holder, takeover, holdMs, does, args = {} }: Steer): boolean {
    const key = `${board} ${holder}`;
    if (does === 'take') {
      const handle = this.#hub.board(board)?.control(CONTROL, { holder, takeover, holdMs });
      if (handle) this.#held.set(key, handle);
      return handle !== undefined;
    }
    const handle = this.#held.get(key);
    if (!handle) return false;
    if (does === 'set') return handle.set(args);
    if (does === 'renew') return handle.renew();
    const isTaken = handle.end === undefined;
    handle.release();
    return isTaken;
  }
}

/** When a session's clock was 0, of `monotonicMs`: both are read again where something came between. */
function zeroOf(session: BoardSession): number {
  for (;;) {
    const from = monotonicMs();
    const zero = from - session.clock;
    if (monotonicMs() - from < 0.5) return zero;
  }
}

/** Tells of every setpoint that a session is given to send, before it is sent. */
export function watchSetpoints(tell: (board: string, setpoint: SetpointRecord) => void): void {
  const newest = new WeakMap<BoardSession, number>(); // of the lab's numbers
  const look = (session: BoardSession, payload: Uint8Array) => {
    const text = Buffer.from(payload).toString();
    if (!text.includes('"$set"')) return;
    const { params } = JSON.parse(text) as { params: { n: number; t: number; args: { k: number } | null } };
    const k = params.args?.k ?? newest.get(session) ?? 0;
    newest.set(session, k);
    const renewedMs = zeroOf(session) + params.t;
    tell(session.board, { k, n: params.n, isRelease: params.args === null, renewedMs });
  };
  for (const way of ['send', 'sendDatagram'] as const) {
    const send = BoardSession.prototype[way];
    BoardSession.prototype[way] = function (this: BoardSession, payload: Uint8Array) {
      look(this, payload);
      return send.call(this, payload);
    };
  }
}
