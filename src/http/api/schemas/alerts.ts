import * as z from 'zod';
import {
  type AlertInfo,
  type AlertsState,
  type NewRule,
  type WebhookInfo,
  WHENS,
} from '../../../hub/alerts/rule.ts';
import { count, described, maybe, millis, text, time, told, Value } from './words.ts';

const wish: Record<keyof NewRule, z.ZodType> = {
  board: text(),
  metric: text(),
  when: z.enum(WHENS),
  value: z.number().meta(told('the bound; of silent: milliseconds', '界限；silent 时为毫秒')),
  holdMs: maybe(millis()),
};

export const Rule = z
  .object(wish)
  .meta({ id: 'NewRule', examples: [{ board: 'greenhouse', metric: 'temp', when: 'above', value: 30 }] });

const firing = z.object({ since: time(), seen: maybe(Value), last: maybe(time()) });

export const Alert = described<AlertInfo>('Alert', {
  ...wish,
  id: text(),
  made: time(),
  firing: maybe(firing),
});

const trouble = z
  .object({
    why: z.enum(['SILENT', 'STATUS', 'NETWORK']),
    at: time(),
    status: maybe(z.int()),
    code: maybe(text()),
  })
  .meta({ id: 'PostTrouble' });

const Webhook = described<WebhookInfo>('WebhookInfo', {
  isSet: z.boolean(),
  waiting: count(),
  posted: count(),
  failed: count(),
  dropped: count(),
  trouble: maybe(trouble),
});

export const Alerts = described<AlertsState>('Alerts', { rules: z.array(Alert), webhook: Webhook });

export const WebhookAddress = z
  .object({ url: z.union([z.string(), z.null()]) })
  .meta({ id: 'WebhookAddress', examples: [{ url: 'https://example.org/hook' }] });

export const Tried = z
  .object({ trouble: z.union([trouble, z.null()]).meta(told('null: it was taken', 'null 表示已被接收')) })
  .meta({ id: 'Tried' });
