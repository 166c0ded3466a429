import type { RefusedMessage } from '../hub/refusals.ts';
import { say } from '../language.ts';
import { printable } from './terminal.ts';

/** That somebody was kept out, as a person reads it. */
export function refusedText({ message, times }: Pick<RefusedMessage, 'message' | 'times'>): string {
  const again =
    times > 1 ? say(` (${times} times since it was told last)`, `（自上次提示以来共 ${times} 次）`) : '';
  return `${printable(message)}${again}`;
}
