/** The way between a board and this computer, gone from both ends. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { RawRepl } from '../../board/raw-repl.ts';
import { type BoardPlace, listenOn, lookUpFrom, tryFrom } from '../../board/way.ts';
import type { HostPort } from '../../transport/address.ts';
import type { WayFacts } from '../facts.ts';

/** Milliseconds for a connection: in a LAN it stands after some, and a lost SYN comes again after 1 s. */
const REACH_MS = 3_000;
/** Addresses of the hub that are tried; each that is silent costs the time above. */
const MOST = 3;
/** From IANA's dynamic range (RFC 6335), for a board that listens. */
const BOARD_PORTS = { from: 49_152, to: 65_535 };

/** What of the hub is looked for from the board. */
export interface HubEnd {
  places: readonly HostPort[];
  /** Its mDNS name, where it tells one. */
  mdns?: string;
  /** Whether it runs on this computer: only then this computer's end is looked at. */
  isHere: boolean;
}

/** @throws KitelineError */
export async function goTheWay(repl: RawRepl, place: BoardPlace, hub: HubEnd): Promise<WayFacts> {
  const tries: { at: HostPort; error: string }[] = [];
  for (const at of hub.places.slice(0, MOST)) {
    const error = await tryFrom(repl, at, REACH_MS);
    tries.push({ at, error });
    if (error === '') break;
  }
  const isReached = tries.some(({ error }) => error === '');
  const ends = isReached || !hub.isHere ? {} : await bothEnds(repl, place, tries);
  const mdns = hub.mdns === undefined ? undefined : ((await lookUpFrom(repl, hub.mdns)) ?? null);
  const { address, mask, gateway } = place;
  return { address, mask, gateway, tries, ...ends, ...(mdns !== undefined && { mdns }) };
}

/** Where the hub is not reached: is anything of this computer, and is the board from here? */
async function bothEnds(
  repl: RawRepl,
  { address }: BoardPlace,
  tries: readonly { at: HostPort }[],
): Promise<Pick<WayFacts, 'toHere' | 'toBoard'>> {
  const toHere = await reachesHere(
    repl,
    tries.map(({ at }) => at.host),
  );
  return { toHere, toBoard: toHere ? true : await isReachedFromHere(repl, address) };
}

/** Another port, opened for that: not the connection counts but the word, for something between may have answered. */
async function reachesHere(repl: RawRepl, hosts: readonly string[]): Promise<boolean> {
  const word = randomBytes(8).toString('hex');
  const server = createServer().listen(0, '0.0.0.0');
  let isHeard = false;
  const heard = new Promise<void>((done) => {
    server.on('connection', (socket) => {
      socket.setTimeout(REACH_MS, () => socket.destroy());
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        isHeard ||= bytes.toString('latin1').includes(word);
        socket.destroy();
        done();
      });
    });
  });
  try {
    await once(server, 'listening');
    const where = server.address();
    const port = where !== null && typeof where === 'object' ? where.port : 0;
    for (const host of hosts) {
      const error = await tryFrom(repl, { host, port }, REACH_MS, word);
      if (error === '') await Promise.race([heard, later(REACH_MS)]);
      if (isHeard) break;
    }
    return isHeard;
  } finally {
    server.close();
  }
}

async function isReachedFromHere(repl: RawRepl, host: string): Promise<boolean> {
  const word = randomBytes(8).toString('hex');
  const port = BOARD_PORTS.from + Math.floor(Math.random() * (BOARD_PORTS.to - BOARD_PORTS.from));
  let hears: Promise<boolean> | undefined;
  await listenOn(repl, { port, word, ms: REACH_MS }, () => {
    hears = hearsFrom({ host, port }, word);
  });
  return (await hears) ?? false;
}

/** Whether the word comes from there. */
function hearsFrom(at: HostPort, word: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(at);
    const end = (isHeard: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isHeard);
    };
    const timer = setTimeout(() => end(false), REACH_MS);
    let said = '';
    socket.on('data', (bytes) => {
      said += bytes.toString('latin1');
      if (said.includes(word)) end(true);
      else if (said.length > word.length) end(false);
    });
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}

const later = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
