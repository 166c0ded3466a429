import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';
import { readPrivate, writePrivate } from '../../private-file.ts';
import type { Value } from '../../wire/index.ts';
import { checkRule, checkWebhook } from './check.ts';
import type { AlertInfo, Firing } from './rule.ts';
import { AlertRules, type KeptAlerts } from './rules.ts';

const FILE = 'alerts.json';

export interface OpenAlertsOptions {
  clock?: Clock;
  /** Told of what a person should know: the file could be read by others. */
  tell?: (sentence: string) => void;
}

/**
 * The alert rules in a data folder, and whatever changes in them is written there (STORE_FAILED where it cannot be). Where there is
 * no file, there are no rules.
 * @throws KitelineError USAGE for a file that cannot be read or holds something else
 */
export async function openAlerts(folder: string, options: OpenAlertsOptions = {}): Promise<AlertRules> {
  const { clock, tell = () => {} } = options;
  const path = join(folder, FILE);
  const load = () => read(path, tell);
  return new AlertRules({
    kept: await load(),
    load,
    save: (kept) => write(path, kept),
    ...(clock && { clock }),
  });
}

async function read(path: string, tell: (sentence: string) => void): Promise<KeptAlerts> {
  const opened = (was: string) =>
    tell(
      say(
        `Others on this machine could read ${path} (mode ${was}); now its owner alone can. Whoever has read it knows the webhook's address.`,
        `本机其他用户曾可读取 ${path}（权限 ${was}）；现已改为仅所有者可读。读过它的人知道 Webhook 的地址。`,
      ),
    );
  let text: string | undefined;
  try {
    text = await readPrivate(path, opened);
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'USAGE',
      say(`${path} cannot be read (${code}).`, `无法读取 ${path}（${code}）。`),
      {
        cause,
      },
    );
  }
  if (text === undefined) return { rules: [] };
  const kept = keptIn(text);
  if (kept) return kept;
  throw new KitelineError(
    'USAGE',
    say(
      `${path} is damaged: bring it back from a copy, or remove it and set the alerts anew.`,
      `${path} 已损坏：请从备份恢复，或删除它并重新设置告警。`,
    ),
  );
}

async function write(path: string, { rules, webhook }: KeptAlerts): Promise<void> {
  try {
    await writePrivate(path, `${JSON.stringify({ version: 1, webhook, rules }, null, 2)}\n`);
  } catch (cause) {
    const code = systemCode(cause);
    throw new KitelineError(
      'STORE_FAILED',
      say(`${path} cannot be written (${code}).`, `无法写入 ${path}（${code}）。`),
      { cause },
    );
  }
}

/** @returns undefined when it is not what we write */
function keptIn(text: string): KeptAlerts | undefined {
  try {
    const { version, webhook, rules } = JSON.parse(text);
    if (version !== 1 || !Array.isArray(rules)) return undefined;
    const read = rules.map(ruleIn);
    if (new Set(read.map(({ id }) => id)).size < read.length) return undefined;
    return { rules: read, ...(webhook !== undefined && { webhook: checkWebhook(webhook) }) };
  } catch {
    return undefined;
  }
}

function ruleIn({ id, made, firing, ...rest }: Record<string, unknown>): AlertInfo {
  if (typeof id !== 'string' || !/^[0-9a-f]{8}$/.test(id)) throw new Error('no id');
  return {
    id,
    ...checkRule(rest),
    made: timeIn(made),
    ...(firing !== undefined && { firing: firingIn(firing as Record<string, unknown>) }),
  };
}

function firingIn({ since, seen, last }: Record<string, unknown>): Firing {
  if (seen !== undefined && !['number', 'boolean'].includes(typeof seen)) throw new Error('no value');
  return {
    since: timeIn(since),
    ...(seen !== undefined && { seen: seen as Value }),
    ...(last !== undefined && { last: timeIn(last) }),
  };
}

function timeIn(value: unknown): number {
  if (!Number.isInteger(value)) throw new Error('no time');
  return value as number;
}
