/** What setup needs of the running hub: where boards reach it, and a key. */
import { confirm } from '@clack/prompts';
import { reachableFrom } from '../../board/join.ts';
import type { RawRepl } from '../../board/raw-repl.ts';
import { KitelineError } from '../../errors.ts';
import type { KeyAnswer, KeyRequest } from '../../http/key-changes.ts';
import type { WhereAnswer } from '../../http/where.ts';
import type { KeyInfo } from '../../hub/keys.ts';
import { say } from '../../language.ts';
import { formatHostPort, type HostPort, parseHostPort } from '../../transport/address.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import type { HubAddress } from '../hub-file.ts';
import { answered, givenUp, output, yesOrNo } from '../questions.ts';
import { printable } from '../terminal.ts';

const JSON_TYPE = 'application/json';
const KEYS = '/api/v1/keys';

/** What of the hub stands in a board's /kiteline.json. */
export interface HubPart {
  hub: string;
  tls?: { cert: string };
}

/** Where boards reach the hub: with TLS where it has that. @throws KitelineError NO_HUB, USAGE */
export async function whereIs(hub: HubAddress): Promise<{ places: HostPort[]; cert?: string }> {
  const { tcp, tls } = await jsonOf<WhereAnswer>(await askHub(hub, '/api/v1/where', JSON_TYPE), hub.url);
  const places = (tls?.at ?? tcp).map(parseHostPort).filter(({ host }) => !host.includes(':')); // boards speak IPv4
  return { places, ...(tls && { cert: tls.cert }) };
}

/** Has the board itself try which of the addresses leads to the hub. @throws KitelineError UNREACHABLE */
export async function reachedBy(
  repl: RawRepl,
  { places, cert }: { places: HostPort[]; cert?: string },
): Promise<HubPart> {
  const at = await reachableFrom(repl, places);
  if (at) return { hub: formatHostPort(at.host, at.port), ...(cert !== undefined && { tls: { cert } }) };
  const tried = places.map(({ host, port }) => formatHostPort(host, port)).join(', ');
  throw new KitelineError(
    'UNREACHABLE',
    say(
      `The board is in the Wi-Fi and does not reach the hub (${tried || 'no address'}): let the port through this computer's firewall; computer and board must be in the same network, and not in a guest Wi-Fi that keeps them apart. "kiteline doctor --port PORT" finds out which. Nothing was written.`,
      `板子已加入 Wi-Fi，但连不到中枢（${tried || '没有地址'}）：请在本机防火墙放行该端口；电脑和板子须在同一网络，且不能是隔离设备的访客 Wi-Fi。“kiteline doctor --port 串口”可查明是哪一种。没有写入任何内容。`,
    ),
  );
}

/**
 * Whether the name has a key; then its owner has said that it may go.
 * @throws KitelineError USAGE, BAD_ARGUMENT
 */
export async function mayHaveKey(hub: HubAddress, board: string, newKey?: boolean): Promise<boolean> {
  const { boards } = await jsonOf<{ boards: KeyInfo[] }>(await askHub(hub, KEYS, JSON_TYPE), hub.url);
  const has = boards.some((one) => one.board === board && one.keys.length > 0);
  if (!has || newKey) return has;
  const isAgreed = await answered(undefined, '--new-key', () =>
    confirm({
      message: say(
        `${printable(board)} has a key already. Give it a new one? A board that has the old one is shut out.`,
        `${printable(board)} 已有密钥。换一个新的吗？持有旧密钥的板子将被拒绝。`,
      ),
      initialValue: false,
      ...yesOrNo(),
      output,
    }),
  );
  if (!isAgreed) throw givenUp();
  return true;
}

/** Gives the name a key, in place of the one that it has. @returns 64 hex digits. @throws KitelineError USAGE */
export async function giveKey(hub: HubAddress, board: string, hasOne: boolean): Promise<string> {
  const request: KeyRequest = hasOne ? { do: 'rotate', board, overlap: 0 } : { do: 'add', board };
  const answer = await askHub(hub, KEYS, JSON_TYPE, { method: 'POST', body: JSON.stringify(request) });
  const { key } = await jsonOf<KeyAnswer>(answer, hub.url);
  if (key !== undefined) return key;
  throw new KitelineError('USAGE', say('The hub gave no key.', '中枢没有给出密钥。'));
}
