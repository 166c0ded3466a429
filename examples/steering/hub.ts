/** Drives every rover that comes online in a square, until somebody takes it over. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Hub } from '../../src/index.ts'; // in a project of your own: from 'kiteline'

/** What both wheels do, and for how long, ms. */
const SQUARE = [
  { left: 0.6, right: 0.6, ms: 2_000 }, // an edge
  { left: 0.4, right: -0.4, ms: 700 }, // a corner, on the spot
];

export default function steering(hub: Hub) {
  hub.on('presence', ({ board, state }) => {
    if (state === 'online') drive(hub, board).catch((error: Error) => console.log(error.message));
  });
  hub.on('control', (event) => {
    if (event.state === 'ended') console.log(`${event.board}: ${event.message}`);
  });
}

async function drive(hub: Hub, board: string) {
  // The hub renews each setpoint in time, for a second after we said it; `renew` is to say that we are still there.
  const rover = hub.board(board)?.control('drive', { holder: 'square' });
  for (let n = 0; rover && !rover.end; n++) {
    const { ms, ...wheels } = SQUARE[n % SQUARE.length] as (typeof SQUARE)[number];
    rover.set(wheels);
    for (let left = ms; left > 0; left -= 500) {
      await pause(Math.min(left, 500));
      rover.renew();
    }
  }
}
