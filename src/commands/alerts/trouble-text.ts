import type { PostTrouble } from '../../hub/alerts/rule.ts';
import { say } from '../../language.ts';
import { printable } from '../terminal.ts';

/** Why the webhook did not take a post. */
export function troubleText(trouble: PostTrouble): string {
  switch (trouble.why) {
    case 'SILENT':
      return say('The webhook gave no answer within 10 s.', 'Webhook 在 10 秒内没有应答。');
    case 'STATUS':
      return say(
        `The webhook answered with HTTP status ${trouble.status}.`,
        `Webhook 的回答是 HTTP 状态 ${trouble.status}。`,
      );
    case 'NETWORK': {
      const code = printable(trouble.code);
      return say(`The webhook cannot be reached (${code}).`, `无法连接 Webhook（${code}）。`);
    }
  }
}
