/** Boards that the hub dials, as a person reads of them. */
import type { DialInfo } from '../hub/dial.ts';
import { say } from '../language.ts';
import { span, table } from './table.ts';
import { printable } from './terminal.ts';

/** `connected`, `Nothing listens at … The hub goes on dialling.` */
export function dialText({ state, why }: Pick<DialInfo, 'state' | 'why'>): string {
  if (state === 'connected') return say('connected', '已连接');
  if (why === undefined) return say('is being dialled', '正在拨号连接');
  return say(`${printable(why)} The hub goes on dialling.`, `${printable(why)} 中枢会继续拨号。`);
}

/** @param now milliseconds since 1970 */
export function dialTable(dials: readonly DialInfo[], now: number): string[] {
  const header = [say('DIALLED', '拨号'), say('SINCE', '自'), say('STATE', '状态')];
  return table(
    header,
    dials.map((dial) => [printable(dial.url), span(now - dial.since), dialText(dial)]),
  );
}
