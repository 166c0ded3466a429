/** The rover's thinking: what its range finder sees becomes a map, and a goal becomes a way. */
import type { Hub } from '../../src/index.ts'; // in a project of your own: from 'kiteline'
import { Pilot, PLACE, type Question } from './pilot.ts';

/** Rovers at a time: each has a map and a thread. */
const MOST_ROVERS = 8;

export default function rover(hub: Hub) {
  const pilots = new Map<string, Pilot>();

  /** @returns undefined where there are too many */
  function pilotOf(board: string): Pilot | undefined {
    const boot = hub.board(board)?.info()?.session?.boot;
    const old = pilots.get(board);
    if (old ? old.boot === boot : pilots.size >= MOST_ROVERS) return old;
    // A board that has started anew counts its metres from where it stands now: the old map is of no use.
    void old?.close();
    const pilot = new Pilot(boot, hub.scene(board, PLACE));
    pilots.set(board, pilot);
    return pilot;
  }

  hub.method<Question>('plan', (question, { board, signal }) => {
    const pilot = pilotOf(board);
    if (!pilot) throw new Error(`this hub plans for ${MOST_ROVERS} rovers, and has them`);
    return pilot.plan(question, signal);
  });

  hub.on('sample', ({ board, values, at }) => {
    if (!hub.board(board)?.info()?.commands?.goto) return;
    const [x, y, heading, range] = ['x', 'y', 'heading', 'range'].map((name) => values.get(name));
    if (typeof x === 'number' && typeof y === 'number' && typeof heading === 'number') {
      pilotOf(board)?.see({ x, y, heading }, typeof range === 'number' ? range : undefined, at);
    }
    if (values.has('state')) pilots.get(board)?.tell(String(values.get('state')));
  });
}
