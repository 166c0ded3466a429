import type { ControlMessage } from '../../hub/events.ts';
import { say } from '../../language.ts';
import { viaText } from '../steering.ts';
import { printable, styled } from '../terminal.ts';

/** `drive held by ann`, `drive ended (ann): It was released; rover stops at once.` */
export function controlText({ control, holder = '', state, message = '', ...way }: ControlMessage): string {
  const name = printable(control);
  const who = styled('bold', printable(holder));
  switch (state) {
    case 'held':
      return say(
        `${name} ${styled('green', 'held')} by ${who}`,
        `${name} ${styled('green', '由')} ${who} 控制`,
      );
    case 'taken over':
      return `${name} ${styled('yellow', say('taken over', '已被接管'))}: ${printable(message)}`;
    case 'ended':
      return `${name} ${styled('yellow', say('ended', '结束'))} (${who}): ${printable(message)}`;
    case 'way':
      return `${name} ${styled('dim', say('goes', '改经'))} ${viaText(way)}`;
  }
}
