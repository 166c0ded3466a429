/** What a hub that runs tells, of itself and of its boards. */
import { networkInterfaces } from 'node:os';
import type { Clock } from '../../clock.ts';
import type { HubHealth } from '../../http/doctor.ts';
import type { WhereAnswer } from '../../http/where.ts';
import type { BoardInfo } from '../../hub/boards.ts';
import type { Examination } from '../../hub/examination.ts';
import type { KeyInfo } from '../../hub/keys.ts';
import type { RefusedMessage } from '../../hub/refusals.ts';
import type { LatestValue } from '../../store/store.ts';
import { isOwnAddress } from '../../transport/lan.ts';
import type { BoardFacts, HubFacts } from '../facts.ts';
import { ownNetworks } from '../subnet.ts';
import { newestLibrary } from '../versions.ts';
import { answersMdns } from './mdns.ts';

/** How the hub is asked. @throws KitelineError NO_HUB, USAGE */
export type AskHub = <T>(path: string, method?: 'GET' | 'POST') => Promise<T>;

/** Boards that are asked at a time: each makes the hub wait for it. */
const AT_ONCE = 8;
/** Milliseconds since a board was refused: it tries again every few seconds. */
const LATELY_MS = 600_000;
/** Why a board is kept out for the sake of its key. */
const OF_KEYS: readonly string[] = ['NO_PROOF', 'UNKNOWN_KEY', 'BAD_SIGNATURE'];

/** @throws KitelineError NO_HUB, USAGE */
export async function gatherHub(url: string, ask: AskHub, clock: Clock): Promise<HubFacts> {
  const where = await ask<WhereAnswer>('/api/v1/where');
  const before = clock.now();
  const health = await ask<HubHealth>('/api/v1/doctor');
  const aheadMs = health.time - (before + clock.now()) / 2;
  const isHere = isOwnAddress(new URL(url).hostname.replace(/^\[|\]$/g, ''));
  const [mdns, keys] = await Promise.all([
    health.mdns === undefined
      ? undefined
      : answersMdns(
          health.mdns,
          clock,
          ownNetworks(networkInterfaces()).map(({ address }) => address),
        ),
    ask<{ boards: KeyInfo[] }>('/api/v1/keys').then(
      ({ boards }) => boards,
      () => undefined, // a viewer's token
    ),
  ]);
  return {
    url,
    where,
    health,
    aheadMs,
    isHere,
    ...(mdns !== undefined && { mdns }),
    ...(keys && { keys }),
  };
}

/** @param only one board; undefined: all that the hub has heard of or kept out */
export async function gatherBoards(
  ask: AskHub,
  { refused, time }: HubHealth,
  only: string | undefined,
): Promise<BoardFacts[]> {
  const { boards } = await ask<{ boards: BoardInfo[] }>('/api/v1/boards');
  const keptOut = refused.filter(({ reason, at }) => OF_KEYS.includes(reason) && time - at < LATELY_MS);
  const outside = keptOut.map(({ board }) => board);
  const names = only === undefined ? [...new Set([...boards.map(({ name }) => name), ...outside])] : [only];
  const facts: BoardFacts[] = [];
  while (facts.length < names.length) {
    const next = names.slice(facts.length, facts.length + AT_ONCE);
    facts.push(...(await Promise.all(next.map((name) => gatherBoard(ask, name, boards, keptOut)))));
  }
  return facts;
}

async function gatherBoard(
  ask: AskHub,
  name: string,
  boards: readonly BoardInfo[],
  refused: readonly RefusedMessage[],
): Promise<BoardFacts> {
  const info = boards.find((board) => board.name === name);
  // One that has a session was let in: then it was somebody else who was refused, or it itself before.
  const keptOut = info?.session ? undefined : refused.findLast(({ board }) => board === name);
  const path = `/api/v1/boards/${encodeURIComponent(name)}`;
  const [latest, examination] = await Promise.all([
    ask<{ latest: LatestValue[] }>(path).then(
      (answer) => answer.latest,
      () => [], // it has sent nothing ever
    ),
    info?.session && ask<Examination>(`${path}/doctor`, 'POST').catch(() => undefined), // a viewer's token, or it has just gone
  ]);
  return {
    name,
    library: newestLibrary(),
    latest,
    ...(info && { info }),
    ...(keptOut && { refused: keptOut }),
    ...(examination && { examination }),
  };
}
