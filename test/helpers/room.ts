import { Room } from '../../src/virtual/index.ts';

/** 3.2 m × 2.4 m; a wall with a door of 0.5 m, a box, and a closet without a door in the upper right corner. */
export function smallRoom(): Room {
  const open = Array.from({ length: 48 }, () => '.'.repeat(64)).join('\n');
  const made = Room.parse(`type octile\nheight 48\nwidth 64\nmap\n${open}\n`, { cell: 0.05 });
  made.block(0, 0, 3.2, 0.05);
  made.block(0, 2.35, 3.2, 0.05);
  made.block(0, 0, 0.05, 2.4);
  made.block(3.15, 0, 0.05, 2.4);
  made.block(1.6, 0, 0.1, 0.5);
  made.block(1.6, 1, 0.1, 1.4);
  made.block(0.6, 1.2, 0.3, 0.3);
  made.block(2.55, 1.75, 0.65, 0.05);
  made.block(2.55, 1.75, 0.05, 0.65);
  return made;
}
