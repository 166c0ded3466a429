/** Whether a board is there, as a person reads it. */
import type { SessionEnd } from '../hub/board-session.ts';
import type { BoardInfo } from '../hub/boards.ts';
import { say } from '../language.ts';
import { span } from './table.ts';
import { printable, printableWithin } from './terminal.ts';

/** Of what a board said when it went, in a table: a board may say 200 characters. */
const SAID_COLUMNS = 40;

/** `online`, `lost 3 min ago: silent`; of a board that says no hello, when it was heard of. @param now milliseconds since 1970 */
export function presenceText({ presence, lastSeen }: BoardInfo, now: number): string {
  if (!presence) return say(`heard ${span(now - lastSeen)} ago`, `${span(now - lastSeen)}前收到消息`);
  if (presence.state === 'online') return say('online', '在线');
  const since = span(now - presence.since);
  const { said, why } = presence;
  const cause = {
    ...(why && { why }),
    ...(said !== undefined && { said: printableWithin(said, SAID_COLUMNS) }),
  };
  return lostText(cause, say(`lost ${since} ago`, `${since}前失去连接`));
}

/** @param lost what to begin with */
export function lostText(
  { why, said }: { why?: SessionEnd; said?: string },
  lost = say('lost', '失去连接'),
): string {
  const cause = said === undefined ? why && WHY[why]() : printable(said);
  return cause ? say(`${lost}: ${cause}`, `${lost}：${cause}`) : lost;
}

const WHY: Record<SessionEnd, () => string> = {
  CLOSED: () => say('it closed the connection', '它关闭了连接'),
  RESET: () => say('the connection broke', '连接中断'),
  SILENT: () => say('silent', '没有声息'),
  BYE: () => say('it said that it goes', '它告知离开'),
  STORE_FAILED: () => say('the hub could not store its samples', '中枢无法保存它的采样'),
  REPLACED: () => say('another session took its place', '被另一个会话取代'),
  BAD_SIGNATURE: () => say('a line came that it had not signed', '收到了不是由它签名的内容'),
  REVOKED: () => say('its key is not valid any more', '它的密钥已失效'),
};
