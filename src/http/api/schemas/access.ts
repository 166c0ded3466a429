import * as z from 'zod';
import type { KeyInfo } from '../../../hub/keys.ts';
import { type AccessToken, ROLES, type TokenInfo } from '../../access/tokens.ts';
import { KEY_ACTIONS, type KeyAnswer } from '../../key-changes.ts';
import type { WhereAnswer } from '../../where.ts';
import { count, described, maybe, millis, text, time, told } from './words.ts';

export const role = () => z.enum(ROLES);

export const Me = z
  .object({ role: role(), name: text(), run: text().meta(told('of this run of the hub', '本次运行的标识')) })
  .meta({ id: 'Me' });

export const SignIn = z.object({ token: z.string() }).meta({ id: 'SignIn' });
export const SignedIn = z.object({ role: role() }).meta({ id: 'SignedIn' });

const info: Record<keyof TokenInfo, z.ZodType> = { id: text(), role: role(), name: text(), since: time() };

export const Token = described<TokenInfo>('Token', info);
export const Tokens = z.object({ tokens: z.array(Token) }).meta({ id: 'Tokens' });
export const NewToken = z
  .object({ role: role(), name: z.string() })
  .meta({ id: 'NewToken', examples: [{ role: 'viewer', name: 'kitchen tablet' }] });
export const Secret = described<AccessToken>('TokenWithSecret', {
  ...info,
  secret: text().meta(told('told this once', '只告知这一次')),
});

export const NewKey = z
  .object({ do: z.enum(KEY_ACTIONS), board: z.string(), overlap: maybe(millis()) })
  .meta({
    id: 'KeyRequest',
    examples: [{ do: 'add', board: 'greenhouse' }],
    ...told('overlap: milliseconds that the key before stays valid', 'overlap：旧密钥继续有效的毫秒数'),
  });

const place = z.object({ host: text(), port: count() });

export const Key = described<KeyAnswer>('Key', {
  board: text(),
  id: maybe(text()),
  key: maybe(text().meta(told('64 hex digits, told this once', '64 位十六进制，只告知这一次'))),
  hub: maybe(place),
});

const BoardKeys = described<KeyInfo>('BoardKeys', {
  board: text(),
  keys: z.array(z.object({ id: text(), since: time(), until: maybe(time()) })),
});

export const Keys = z.object({ boards: z.array(BoardKeys) }).meta({ id: 'Keys' });

export const Where = described<WhereAnswer>('Where', {
  tcp: z.array(text()),
  udp: z.array(text()),
  tls: maybe(z.object({ at: z.array(text()), cert: text() })),
});
