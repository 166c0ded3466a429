/** The board library on a flash that has none, and the settings it reads, so that a program which imports it runs as it is. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { formatHostPort, parseHostPort } from '../../transport/address.ts';
import { boardLibrary } from '../../virtual/index.ts';
import { tell } from '../terminal.ts';
import { keyFrom } from './key.ts';
import type { BoardOptions } from './make.ts';

/** A program that needs the board library. */
export const IMPORTS = /^[ \t]*(?:from[ \t]+kiteline\b|import\b[^#\n]*\bkiteline\b)/m;
/** Where a program's import would find it, and where mip puts it. */
export const PLACES = ['kiteline', 'kiteline.py', 'kiteline.mpy', 'lib/kiteline'];
export const SETTINGS = 'kiteline.json';
/** In an air where every network exists. */
const ANY_NETWORK = { ssid: 'virtual', password: 'virtual' };

/**
 * The files that the flash lacks; says in a line what they are.
 * @param options.flash is there by now
 * @param program main.py; left out: a prompt, where anything may be typed
 * @throws KitelineError BAD_ARGUMENT for a --hub that is no address, and for --hub or --key where the flash has settings; what `keyFrom` throws
 */
export function libraryFor(
  { name, wifi, flash, hub, key: givenKey }: BoardOptions,
  program?: string,
): Record<string, string> {
  const address = hub === undefined ? undefined : hubAddress(hub);
  const given = givenKey === undefined ? {} : keyFrom(givenKey);
  const there = (path: string): boolean => flash !== undefined && existsSync(join(flash, path));
  if (program !== undefined && ![program, ...programsOn(flash)].some((text) => IMPORTS.test(text))) return {};
  const files: Record<string, string> = {};
  const told: string[] = [];
  if (!PLACES.some(there)) {
    Object.assign(files, boardLibrary());
    told.push(say('the board library in /lib/kiteline', '板端库 /lib/kiteline'));
  }
  if (!there(SETTINGS)) {
    const networks = wifi?.map(network) ?? [ANY_NETWORK];
    const settings = {
      name: 'esp32',
      ...given,
      ...(name !== undefined && { name }),
      ...(address !== undefined && { hub: address }),
      wifi: networks,
    };
    files[SETTINGS] = `${JSON.stringify(settings)}\n`;
    told.push(settingsText(address, givenKey !== undefined));
  } else {
    refuseBeside('hub', hub, flash);
    refuseBeside('key', givenKey, flash);
  }
  if (told.length > 0) {
    tell(say(`Put on the flash: ${told.join(' and ')}.`, `已放入闪存：${told.join('、')}。`));
  }
  return files;
}

/** What stands in the settings that were put there. @param address of the hub; undefined: the board finds it */
function settingsText(address: string | undefined, hasKey: boolean): string {
  const en = [
    address === undefined ? 'no address of a hub' : `the hub ${address}`,
    ...(hasKey ? ['the key'] : []),
  ];
  const zh = [address === undefined ? '不含 hub 地址' : `hub 为 ${address}`, ...(hasKey ? ['含密钥'] : [])];
  return say(`/${SETTINGS} with ${en.join(' and ')}`, `/${SETTINGS}（${zh.join('，')}）`);
}

/** What is on the flash is the person's own: an option never changes it, and is never passed over. */
function refuseBeside(setting: 'hub' | 'key', given: string | undefined, flash: string | undefined): void {
  if (given === undefined) return;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${flash} has a ${SETTINGS} already: change its "${setting}" there, or leave --${setting} out.`,
      `${flash} 里已经有 ${SETTINGS}：请在其中修改 "${setting}"，或不写 --${setting}。`,
    ),
  );
}

function programsOn(flash: string | undefined): string[] {
  if (flash === undefined) return [];
  const names = readdirSync(flash, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.py') && entry.name !== 'main.py')
    .map((entry) => entry.name);
  return names.map((name) => readFileSync(join(flash, name), 'utf8'));
}

function hubAddress(text: string): string {
  const { host, port } = parseHostPort(text);
  if (!host.includes(':')) return formatHostPort(host, port);
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `${text} is an IPv6 address: boards speak IPv4, as 127.0.0.1:9000.`,
      `${text} 是 IPv6 地址：板只支持 IPv4，例如 127.0.0.1:9000。`,
    ),
  );
}

function network(text: string): { ssid: string; password: string } {
  const [ssid = '', ...password] = text.split(':');
  return { ssid, password: password.join(':') };
}
