/** A virtual board's serial port in the test's own process. */
import type { Port } from '../../src/board/port.ts';
import type { VirtualBoard, VirtualBoardOptions } from '../../src/virtual/index.ts';
import { makeBoard } from '../helpers/board.ts';

export const portOf = (board: VirtualBoard): Port =>
  Object.assign(board.serial.open(), { name: 'virtual' }) as unknown as Port;

/** A board with a prompt that is powered on, and its port. */
export async function startedPort(options: VirtualBoardOptions = {}) {
  const board = await makeBoard({ repl: true, ...options });
  const port = portOf(board);
  void board.run();
  return { board, port };
}
