/** The air of a board. */
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { Air } from './air.ts';

/**
 * The air that it shares with others, or one of its own.
 * @throws KitelineError BAD_ARGUMENT for a speed that is not the shared air's
 */
export function airOf({ air, speed = air?.pace.speed ?? 1 }: { air?: Air; speed?: number }): Air {
  if (!(speed > 0)) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(`A board cannot run ${speed} times as fast.`, `板的运行速度不能是 ${speed} 倍。`),
    );
  }
  if (air && air.pace.speed !== speed) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        `A board of speed ${speed} in an air of speed ${air.pace.speed}: give the speed to the air, and its boards run as fast.`,
        `板的速度是 ${speed} 倍，而无线环境是 ${air.pace.speed} 倍：请把 speed 交给 Air，其中的板会以同样的速度运行。`,
      ),
    );
  }
  return air ?? new Air({ speed });
}
