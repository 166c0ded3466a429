/** Who steers a board, as a person reads it. */
import type { BoardInfo } from '../hub/boards.ts';
import type { LeaseEndWhy } from '../hub/control/ends.ts';
import type { ControlStatus } from '../hub/controls.ts';
import { say } from '../language.ts';
import { span } from './table.ts';
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

/**
 * `drive: ann`, or how the last one ended: `drive: free, lapsed 3 s ago`. Empty where there is nothing to steer, or nobody did.
 * @param now milliseconds since 1970
 */
export function steeredText({ controls = {} }: Pick<BoardInfo, 'controls'>, now: number): string {
  return Object.entries(controls)
    .map(([name, { holder, ended }]) => {
      if (holder !== undefined) return `${printable(name)}: ${printable(holder)}`;
      if (!ended) return '';
      const word = Object.hasOwn(ENDED, ended.why) ? ENDED[ended.why]() : printable(ended.why);
      const ago = span(now - ended.at);
      return say(`${printable(name)}: free, ${word} ${ago} ago`, `${printable(name)}：空闲，${ago}前${word}`);
    })
    .filter((text) => text !== '')
    .join('; ');
}

const ENDED: Record<LeaseEndWhy, () => string> = {
  RELEASED: () => say('released', '释放'),
  LAPSED: () => say('lapsed', '到期'),
  TAKEN_OVER: () => say('taken over', '被接管'),
  BOARD_LOST: () => say('board lost', '板子失去连接'),
  REFUSED: () => say('refused', '被拒绝'),
  FAILED: () => say('failed', '出错'),
  BOARD_STOPPED: () => say('ended by the board', '由板子结束'),
  HUB_CLOSED: () => say('hub closed', '中枢关闭'),
};
