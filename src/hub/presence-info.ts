import type { BoardSession, SessionEnd } from './board-session.ts';
import type { ControlStatus } from './controls.ts';
import type { CommandInfo } from './hello.ts';
import type { LastRun } from './last-runs.ts';
import type { ProgramInfo } from './programs/info.ts';

/** Whether a board that says hello is there. */
export interface PresenceState {
  state: 'online' | 'lost';
  /** Milliseconds since 1970 UTC. */
  since: number;
  /** Why it was lost; `REPLACED` with `online`: its session took the place of one that had not ended. */
  why?: SessionEnd;
  /** What the board said when it went. */
  said?: string;
}

/** A board's session, as far as people are concerned. */
export interface SessionInfo {
  id: string;
  boot: string;
  /** What speaks on the board, as it says. */
  library?: string;
  /** `HOST:PORT`. */
  address: string;
  /** Milliseconds since 1970 UTC. */
  since: number;
  /** Milliseconds. */
  keepalive: number;
  /** Of the newest ping, in milliseconds. */
  roundTrip?: number;
  /** How strongly it hears its access point, in dBm, as it answered that ping. */
  rssi?: number;
  /** Why the board started, as it says. */
  reset?: string;
  /** What the key is called that the board has proved; undefined: it has none. */
  key?: string;
}

/** A command that a board has announced. */
export interface CommandStatus extends CommandInfo {
  /** How it ran last since the board was started; undefined where it has not, or where that is more than is kept. */
  last?: LastRun;
}

/** What is known of a board that says hello; none of it of a plain peer. */
export interface PresenceInfo {
  presence?: PresenceState;
  /** The present one. */
  session?: SessionInfo;
  /** How often the same start of the board came back, and how often it came back started anew. */
  reconnects?: number;
  restarts?: number;
  /** Numbered samples that came again, and were dropped. */
  duplicates?: number;
  /** What it says it had to drop, of all its starts since the hub started. */
  reported?: { samples: number; logs: number };
  /** What it can be told to do. */
  commands?: Record<string, CommandStatus>;
  /** What of it can be steered, and who does. */
  controls?: Record<string, ControlStatus>;
  /** Metric → its unit. */
  metrics?: Record<string, { unit: string }>;
  /** What it says of its program, where it keeps two. */
  program?: ProgramInfo;
}

/** A session as it is told. */
export function infoOf(session: BoardSession): SessionInfo {
  const { id, boot, library, address, since, keepalive, roundTrip, rssi, reset, key } = session;
  return {
    id,
    boot,
    ...(library !== undefined && { library }),
    address,
    since,
    keepalive,
    ...(roundTrip !== undefined && { roundTrip: Math.round(1_000 * roundTrip) / 1_000 }),
    ...(rssi !== undefined && { rssi }),
    ...(reset !== undefined && { reset }),
    ...(key !== undefined && { key }),
  };
}
