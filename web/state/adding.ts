import type { KeyAnswer, KeyRequest } from '../../src/http/key-changes.ts';
import type { WhereAnswer } from '../../src/http/where.ts';
import { askHub, postJson, sentenceOf } from './answers.ts';

/** What a board needs to be this hub's. */
export interface NewBoard {
  name: string;
  /** What its key is called, and the key; undefined for one that has none. */
  id: string | undefined;
  key: string | undefined;
  /** `HOST:PORT` of the hub; undefined where it is not known: then the board asks the network for it. */
  hub: string | undefined;
  certificate: string | undefined;
  /** Where the hub has the library for it. */
  mip: string;
}

/** Milliseconds that a key which is replaced stays valid: until somebody has been at the board. */
const OVERLAP_MS = 7 * 86_400_000;

/** A board with a key, made now: another one where the name has one. @throws Error with the hub's sentence */
export async function withKey(name: string): Promise<NewBoard> {
  const has = await jsonOf<{ boards: { board: string; keys: unknown[] }[] }>(askHub('/api/v1/keys'));
  const isKeyed = has.boards.some(({ board, keys }) => board === name && keys.length > 0);
  const body: KeyRequest = isKeyed
    ? { do: 'rotate', board: name, overlap: OVERLAP_MS }
    : { do: 'add', board: name };
  const made = await jsonOf<KeyAnswer>(postJson('/api/v1/keys', body));
  return { ...(await placed(name)), id: made.id, key: made.key };
}

/** @throws Error with the hub's sentence */
export const withoutKey = (name: string): Promise<NewBoard> => placed(name);

/** `/kiteline.json`, as the board reads it. */
export function settingsText({ name, hub, key, certificate }: NewBoard, wifi: Wifi): string {
  const settings = {
    name,
    ...(hub !== undefined && { hub }),
    ...(key !== undefined && { key }),
    ...(certificate !== undefined && { tls: { cert: certificate } }),
    wifi: [{ ssid: wifi.ssid || 'YOUR WIFI', password: wifi.password || 'ITS PASSWORD' }],
  };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}

export interface Wifi {
  ssid: string;
  password: string;
}

/** A program that needs nothing but the board. */
export const PROGRAM = `import gc
import kiteline
from machine import Pin

board = kiteline.Board()
led = Pin(2, Pin.OUT)

@board.every(1000, memory="B")
def read():
    return {"memory": gc.mem_free()}

@board.command(on=bool)
def lamp(on):
    led.value(on)

board.run()
`;

async function placed(name: string): Promise<NewBoard> {
  const where = await jsonOf<WhereAnswer>(askHub('/api/v1/where'));
  const hub = nearest(where.tls?.at ?? where.tcp);
  const host = hub?.replace(/:\d+$/, '') ?? location.hostname;
  const port = location.port === '' ? '' : `:${location.port}`;
  return {
    name,
    id: undefined,
    key: undefined,
    hub,
    certificate: where.tls?.cert,
    mip: `http://${host}${port}/mip`,
  };
}

/** The address that this page itself came by, else the one that is likeliest to be a board's. Boards take no IPv6. */
function nearest(all: readonly string[]): string | undefined {
  const taken = all.filter((at) => !at.startsWith('['));
  return taken.find((at) => at.startsWith(`${location.hostname}:`)) ?? taken[0];
}

async function jsonOf<T>(asked: Promise<Response>): Promise<T> {
  const answer = await asked;
  if (!answer.ok) throw new Error(await sentenceOf(answer));
  return (await answer.json()) as T;
}
