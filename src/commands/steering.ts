/** Who steers a board, as a person reads it. */
import type { BoardInfo } from '../hub/boards.ts';
import type { ControlStatus } from '../hub/controls.ts';
import { say } from '../language.ts';
import { printable } from './terminal.ts';

/** `by datagram, 2 % lost, 12 ms there and back` */
export function viaText({ via, loss, roundTrip }: Pick<ControlStatus, 'via' | 'loss' | 'roundTrip'>): string {
  const way = via === 'datagram' ? say('by datagram', '数据报') : say('on the session', '会话连接');
  const lost = loss ? say(`, ${Math.round(100 * loss)} % lost`, `，丢失 ${Math.round(100 * loss)} %`) : '';
  const trip =
    roundTrip === undefined
      ? ''
      : say(`, ${Math.round(roundTrip)} ms there and back`, `，往返 ${Math.round(roundTrip)} 毫秒`);
  return `${way}${lost}${trip}`;
}

/** `drive: ann`; a control that nobody steers is left out. Empty where nobody steers any. */
export function steeredText({ controls = {} }: Pick<BoardInfo, 'controls'>): string {
  return Object.entries(controls)
    .filter(([, { holder }]) => holder !== undefined)
    .map(([name, { holder = '' }]) => `${printable(name)}: ${printable(holder)}`)
    .join(', ');
}
