import { changeKeys, type KeyAnswer, type KeyRequest } from '../../http/key-changes.ts';
import { openKeys } from '../../hub/key-file.ts';
import type { KeyInfo } from '../../hub/keys.ts';
import { say } from '../../language.ts';
import { formatHostPort, type HostPort } from '../../transport/address.ts';
import { lanAddresses } from '../../transport/lan.ts';
import { localTime } from '../history/words.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import { type HubOptions, hubOrFolder } from '../hub-file.ts';
import { table } from '../table.ts';
import { print, printable, printableJson, tell } from '../terminal.ts';
import { tlsPart } from '../tls.ts';

const PATH = '/api/v1/keys';
const JSON_TYPE = 'application/json';

/**
 * `add` and `rotate`: prints what stands in the board's /kiteline.json, with its new key.
 * @throws KitelineError what the keys throw, NO_HUB, USAGE
 */
export async function addKey(request: KeyRequest, options: HubOptions): Promise<void> {
  const { board, key, hub } = await change(request, options);
  // What is in the data folder here is no certificate of a hub elsewhere.
  const secure = options.hub === undefined ? await tlsPart(options.data) : undefined;
  const address = hub && reachable({ ...hub, port: secure?.port ?? hub.port });
  const settings = {
    name: board,
    ...(address !== undefined && { hub: address }),
    key,
    ...(secure && { tls: secure.tls }),
    wifi: [{ ssid: 'YOUR WIFI', password: 'ITS PASSWORD' }],
  };
  await print(`${printableJson(JSON.stringify(settings))}\n`);
  const name = printable(board);
  tell(
    say(
      `Write this into /kiteline.json on the board (a file kiteline.json, then: mpremote cp kiteline.json :kiteline.json), with your own Wi-Fi. The key is not shown again.`,
      `请将以上内容写入板子上的 /kiteline.json（存为 kiteline.json，然后：mpremote cp kiteline.json :kiteline.json），并填上自己的 Wi-Fi。密钥不会再次显示。`,
    ),
  );
  if (address === undefined) {
    tell(
      say(
        'No hub is running here, so its address is left out: the board asks the network for it.',
        '这里没有正在运行的中枢，因此未写入其地址：板子会在网络中查找。',
      ),
    );
  }
  tell(request.do === 'add' ? closedSentence(name) : rotatedSentence(name, request.overlap ?? 0));
}

/** @throws KitelineError what the keys throw, NO_HUB, USAGE */
export async function revokeKeys(board: string, options: HubOptions): Promise<void> {
  await change({ do: 'revoke', board }, options);
  const name = printable(board);
  tell(
    say(
      `The keys of ${name} are not valid any more, and the name is closed: "kiteline boards add ${name}" gives it a new key, "kiteline boards open ${name}" opens it.`,
      `${name} 的密钥已失效，名称已关闭：“kiteline boards add ${name}”添加新密钥，“kiteline boards open ${name}”重新开放。`,
    ),
  );
}

/** @throws KitelineError what the keys throw, NO_HUB, USAGE */
export async function openName(board: string, options: HubOptions): Promise<void> {
  await change({ do: 'open', board }, options);
  const name = printable(board);
  tell(
    say(
      `${name} can be used without a key now, by whoever is in the network.`,
      `${name} 现在不带密钥即可使用，网络中的任何人都可以。`,
    ),
  );
}

/** @throws KitelineError USAGE when the keys cannot be read, NO_HUB */
export async function listKeys(options: HubOptions & { json?: boolean }): Promise<void> {
  const hub = await hubOrFolder(options);
  const boards = hub
    ? (await jsonOf<{ boards: KeyInfo[] }>(await askHub(hub, PATH, JSON_TYPE), hub.url)).boards
    : (await openKeys(options.data, { tell })).list();
  if (options.json) {
    await print(boards.map((board) => `${printableJson(JSON.stringify(board))}\n`).join(''));
    return;
  }
  if (boards.length === 0) {
    tell(
      say(
        'No name needs a key. "kiteline boards add NAME" gives one.',
        '没有需要密钥的名称。可用“kiteline boards add 名称”添加。',
      ),
    );
    return;
  }
  const header = [
    say('BOARD', '板子'),
    say('KEY', '密钥'),
    say('SINCE', '始于'),
    say('VALID UNTIL', '有效至'),
  ];
  const rows = boards.flatMap(({ board, keys }) =>
    keys.length === 0
      ? [[printable(board), say('none: closed', '无：已关闭'), '', '']]
      : keys.map(({ id, since, until }) => [
          printable(board),
          id,
          localTime(since),
          until === undefined ? say('it is replaced', '被更换为止') : localTime(until),
        ]),
  );
  await print(`${table(header, rows).join('\n')}\n`);
}

/** By the hub that runs, so that it holds at once; else in the file. */
async function change(request: KeyRequest, options: HubOptions): Promise<KeyAnswer> {
  const hub = await hubOrFolder(options);
  if (!hub) return changeKeys(await openKeys(options.data, { tell }), request);
  const response = await askHub(hub, PATH, JSON_TYPE, { method: 'POST', body: JSON.stringify(request) });
  return jsonOf<KeyAnswer>(response, hub.url);
}

/** Where a board reaches it, as /kiteline.json has it. */
function reachable({ host, port }: HostPort): string | undefined {
  const [address] = lanAddresses(host);
  return address === undefined ? undefined : formatHostPort(address, port);
}

const closedSentence = (name: string): string =>
  say(
    `From now on whoever says that he is ${name} needs this key.`,
    `从现在起，自称 ${name} 者必须使用该密钥。`,
  );

const rotatedSentence = (name: string, overlapMs: number): string =>
  overlapMs === 0
    ? say(`The key that ${name} had is not valid any more.`, `${name} 原来的密钥已失效。`)
    : say(
        `The key that ${name} had is valid until ${localTime(Date.now() + overlapMs)}.`,
        `${name} 原来的密钥有效至 ${localTime(Date.now() + overlapMs)}。`,
      );
