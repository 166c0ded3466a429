import type { AccessToken, Role, TokenInfo, Tokens } from '../../http/access/tokens.ts';
import { say } from '../../language.ts';
import { openTokens } from '../access-file.ts';
import { localTime } from '../history/words.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import { type HubOptions, hubOrFolder } from '../hub-file.ts';
import { linkLines, pageLink } from '../page-link.ts';
import { table } from '../table.ts';
import { print, printable, printableJson, tell } from '../terminal.ts';

const PATH = '/api/v1/access';
const JSON_TYPE = 'application/json';

/** Shows who may come in. @throws KitelineError NO_HUB, USAGE */
export async function listAccess(options: HubOptions & { json?: boolean }): Promise<void> {
  const hub = await hubOrFolder(options);
  const tokens = hub
    ? (await jsonOf<{ tokens: TokenInfo[] }>(await askHub(hub, PATH, JSON_TYPE), hub.url)).tokens
    : (await tokensOf(options)).list;
  if (options.json) {
    await print(tokens.map((token) => `${printableJson(JSON.stringify(token))}\n`).join(''));
    return;
  }
  const rows = tokens.map(({ id, role, name, since }) => [
    id,
    ROLE_NAMES[role](),
    printable(name),
    localTime(since),
  ]);
  const header = [say('ID', '编号'), say('ROLE', '角色'), say('NAME', '名称'), say('SINCE', '起始时间')];
  await print(`${table(header, rows).join('\n')}\n`);
}

/** Makes a link, and prints it. @throws KitelineError NO_HUB, USAGE, BAD_ARGUMENT */
export async function addToken(role: Role, name: string, options: HubOptions): Promise<void> {
  const hub = await hubOrFolder(options);
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
      : pageLink('0.0.0.0', url ? Number(url.port || 80) : 8080, token.secret);
  await print(`${linkLines(link, process.stdout.isTTY).join('\n')}\n`);
  tell(
    say(
      `${token.id} is taken back with "kiteline access revoke ${token.id}".`,
      `可用“kiteline access revoke ${token.id}”撤销。`,
    ),
  );
}

/** Takes a token back. @throws KitelineError NO_HUB, USAGE, NOT_FOUND, BAD_ARGUMENT */
export async function revokeToken(id: string, options: HubOptions): Promise<void> {
  const hub = await hubOrFolder(options);
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
