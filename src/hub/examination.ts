import { isObject, type JsonObject } from '../wire/index.ts';
import type { BoardSession } from './board-session.ts';

/** Milliseconds for each answer: on a bad link seconds, and a plain command handler may stand in its way. */
const ANSWER_MS = 3_000;
/** Pings after that. */
const PINGS = 8;

/** What `POST /api/v1/boards/NAME/doctor` answers. */
export interface Examination {
  /** What the board says of itself (PROTOCOL.md, "$doctor"); nobody has looked at what it is. Undefined: see `silent`. */
  report?: JsonObject;
  /** It did not answer in time; otherwise its library does not know the question. */
  silent?: boolean;
  /** Of pings one after the other, in milliseconds. */
  roundTrips: number[];
}

/** Has a board look at itself, and measures how long its answers take. */
export async function examine({ inquiries }: BoardSession): Promise<Examination> {
  const answer = await inquiries.ask('$doctor', ANSWER_MS);
  if (!answer) return { silent: true, roundTrips: [] };
  const roundTrips: number[] = [];
  while (roundTrips.length < PINGS) {
    const ping = await inquiries.ask('$ping', ANSWER_MS);
    if (!ping || 'error' in ping) break;
    roundTrips.push(Math.round(ping.ms * 10) / 10);
  }
  const report = 'result' in answer && isObject(answer.result) ? answer.result : undefined;
  return { ...(report && { report }), roundTrips };
}
