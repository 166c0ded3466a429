import type { Dice } from '../dice.ts';
import type { Script } from '../script.ts';

/** A kind of bad day. */
export interface Scenario {
  name: string;
  /** What happens in it, one line, in the person's language. */
  describe(): string;
  /**
   * One such day.
   * @param dice of the run; whatever is random comes from it
   * @param seed for what is to be met in turn, and not at random: consecutive seeds go through all of it
   */
  write(dice: Dice, seed: number): Script;
}
