import type { AccessToken, Role, TokenInfo, Tokens } from '../../http/access/tokens.ts';
import { say } from '../../language.ts';
import { openTokens } from '../access-file.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import { findHub, type HubAddress, type HubOptions, runningHub } from '../hub-file.ts';
import { linkLines, pageLink } from '../page-link.ts';
import { table } from '../table.ts';
import { printable, tell } from '../terminal.ts';

const PATH = '/api/v1/access';
const JSON_TYPE = 'application/json';

/** Shows who may come in. @throws KitelineError NO_HUB, USAGE */
export async function listAccess(options: HubOptions & { json?: boolean }): Promise<void> {
  const hub = await hubOf(options);
  const tokens = hub
    ? (await jsonOf<{ tokens: TokenInfo[] }>(await askHub(hub, PATH, JSON_TYPE), hub.url)).tokens
    : (await tokensOf(options)).list;
  if (options.json) {
    for (const token of tokens) console.log(JSON.stringify(token));
    return;
  }
  const rows = tokens.map(({ id, role, name, since }) => [
    id,
    ROLE_NAMES[role](),
    printable(name),
    new Date(since).toLocaleString(),
  ]);
  const header = [say('ID', '编号'), say('ROLE', '角色'), say('NAME', '名称'), say('SINCE', '起始时间')];
  for (const line of table(header, rows)) console.log(line);
}

/** Makes a link, and prints it. @throws KitelineError NO_HUB, USAGE, BAD_ARGUMENT */
export async function addToken(role: Role, name: string, options: HubOptions): Promise<void> {
  const hub = await hubOf(options);
  const token = hub
    ? await jsonOf<AccessToken>(
        await askHub(hub, PATH, JSON_TYPE, {
          method: 'POST',
          headers: { 'Content-Type': JSON_TYPE },
          body: JSON.stringify({ role, name }),
        }),
        hub.url,
      )
    : await (await tokensOf(options)).add(role, name);
  const url = hub ? new URL(hub.url) : undefined;
  const link =
    options.hub !== undefined && url
      ? `${url.origin}/#t=${token.secret}`
      : pageLink('0.0.0.0', Number(url?.port ?? 8080), token.secret);
  for (const line of linkLines(link, process.stdout.isTTY)) console.log(line);
  tell(
    say(
      `${token.id} is taken back with "kiteline access revoke ${token.id}".`,
      `可用“kiteline access revoke ${token.id}”撤销。`,
    ),
  );
}

/** Takes a token back. @throws KitelineError NO_HUB, USAGE, NOT_FOUND, BAD_ARGUMENT */
export async function revokeToken(id: string, options: HubOptions): Promise<void> {
  const hub = await hubOf(options);
  const gone = hub
    ? await jsonOf<TokenInfo>(
        await askHub(hub, `${PATH}/${encodeURIComponent(id)}`, JSON_TYPE, { method: 'DELETE' }),
        hub.url,
      )
    : await (await tokensOf(options)).revoke(id);
  tell(
    say(
      `${printable(gone.name)} (${gone.id}) does not come in any more.`,
      `${printable(gone.name)}（${gone.id}）已无法进入。`,
    ),
  );
}

/** The hub to ask; undefined where none runs, and its folder is what counts. */
async function hubOf(options: HubOptions): Promise<HubAddress | undefined> {
  if (options.hub === undefined && !(await runningHub(options.data))) return undefined;
  return findHub(options);
}

/** With nobody to let in there is nothing to list: the first operator's token is made here as well. */
async function tokensOf({ data }: HubOptions): Promise<Tokens> {
  const tokens = await openTokens(data, tell);
  await tokens.begin();
  return tokens;
}

const ROLE_NAMES: Record<Role, () => string> = {
  operator: () => say('operator', '操作员'),
  viewer: () => say('viewer', '观察者'),
};
