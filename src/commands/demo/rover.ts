import { readFile } from 'node:fs/promises';
import type { Hub } from '../../hub/hub.ts';
import { formatHostPort, type HostPort } from '../../transport/address.ts';
import {
  type Air,
  boardLibrary,
  placeRover,
  Room,
  type VirtualBoard,
  virtualBoard,
} from '../../virtual/index.ts';
import { EXAMPLES, PASSWORD, SSID } from './boards.ts';

/** Where the rover stands when it is switched on: in the corridor of a flat, metres from its lower left corner. */
const START = { x: 1, y: 2.35, heading: 0 };
const CELL = 0.05; // metres, of the room's map

/** A virtual rover in a flat, with examples/rover's program. Not yet switched on. */
export async function makeRover(name: string, hub: HostPort, air: Air): Promise<VirtualBoard> {
  const [program, map] = await Promise.all(
    ['rover/main.py', 'rover/rooms/flat.map'].map((path) => readFile(new URL(path, EXAMPLES), 'utf8')),
  );
  const settings = {
    name,
    hub: formatHostPort(hub.host, hub.port),
    wifi: [{ ssid: SSID, password: PASSWORD }],
  };
  const files = { ...boardLibrary(), 'kiteline.json': JSON.stringify(settings), 'main.py': program ?? '' };
  const board = await virtualBoard({ name, air, files });
  placeRover(board, { room: Room.parse(map ?? '', { cell: CELL }), pose: START });
  return board;
}

/** What thinks for it: examples/rover/hub.ts, as it stands in a clone, or as it was built. */
export async function thinkFor(hub: Hub): Promise<void> {
  const app = import.meta.filename.endsWith('.ts')
    ? new URL('rover/hub.ts', EXAMPLES)
    : new URL('../../examples/rover/hub.js', import.meta.url);
  const { default: rover } = (await import(app.href)) as { default: (hub: Hub) => void };
  rover(hub);
}
