/** The greenhouse's thinking: how long a bed is watered, from the last temperatures. */
import type { Hub } from '../../src/index.ts'; // in a project of your own: from 'kiteline'

export default function greenhouse(hub: Hub) {
  const temps = new Map<string, number>();
  hub.on('sample', ({ board, values }) => {
    temps.set(board, Number(values.get('temp')));
  });

  hub.method('plan', (_params, { board }) => {
    const temp = temps.get(board) ?? 20;
    return { seconds: Math.round(5 + Math.max(0, temp - 20) * 3) };
  });

  hub.on('presence', ({ board, state, why }) => console.log(`${board} is ${state}${why ? ` (${why})` : ''}`));
  hub.on('log', ({ board, text }) => console.log(`${board} says ${text}`));
}
