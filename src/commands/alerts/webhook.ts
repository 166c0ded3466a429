import { KitelineError } from '../../errors.ts';
import { openAlerts } from '../../hub/alerts/alert-file.ts';
import type { PostTrouble } from '../../hub/alerts/rule.ts';
import { say } from '../../language.ts';
import { askHub, jsonOf } from '../hub-client.ts';
import { findHub, type HubOptions, hubOrFolder } from '../hub-file.ts';
import { print, printable, tell } from '../terminal.ts';
import { troubleText } from './trouble-text.ts';

const PATH = '/api/v1/alerts/webhook';
const JSON_TYPE = 'application/json';

export interface WebhookOptions {
  /** Post nowhere. */
  off?: boolean;
  /** Post something now. */
  test?: boolean;
}

/** Shows where alerts are posted to, sets it, or tries it. @throws KitelineError BAD_ARGUMENT, NO_HUB, USAGE */
export async function webhook(
  url: string | undefined,
  { off = false, test = false, ...options }: HubOptions & WebhookOptions,
): Promise<void> {
  if (off && (url !== undefined || test))
    throw new KitelineError('BAD_ARGUMENT', say('--off stands alone.', '--off 不能与其他参数一起使用。'));
  if (off || url !== undefined) await set(url, options);
  if (test) return tryIt(options);
  const now = await read(options);
  if (now === undefined) tell(say('Alerts are posted nowhere.', '告警不会发送到任何地方。'));
  else await print(`${printable(now)}\n`);
}

async function set(url: string | undefined, options: HubOptions): Promise<void> {
  const hub = await hubOrFolder(options);
  if (!hub) return (await openAlerts(options.data, { tell })).setWebhook(url);
  await askHub(hub, PATH, JSON_TYPE, {
    method: 'PUT',
    headers: { 'Content-Type': JSON_TYPE },
    body: JSON.stringify({ url: url ?? null }),
  });
}

async function read(options: HubOptions): Promise<string | undefined> {
  const hub = await hubOrFolder(options);
  if (!hub) return (await openAlerts(options.data, { tell })).webhook;
  const { url } = await jsonOf<{ url: string | null }>(await askHub(hub, PATH, JSON_TYPE), hub.url);
  return url ?? undefined;
}

/** By the hub that runs: it is the one that must get through. */
async function tryIt(options: HubOptions): Promise<void> {
  const hub = await findHub(options);
  const answer = await askHub(hub, `${PATH}/test`, JSON_TYPE, { method: 'POST' });
  const { trouble } = await jsonOf<{ trouble: PostTrouble | null }>(answer, hub.url);
  if (trouble) throw new KitelineError('USAGE', troubleText(trouble));
  tell(say('The webhook took it.', 'Webhook 已收到。'));
}
