/** Watches the temperature, and tells the board when it gets warm. */
import type { Hub } from '../../src/index.ts'; // in a project of your own: from 'kiteline'

export default function greenhouse(hub: Hub) {
  hub.on('sample', ({ board, values }) => {
    const temp = Number(values.get('temp'));
    console.log(`${board}: ${temp} °C`);
    if (temp > 23) hub.board(board)?.send('open the window');
  });
}
