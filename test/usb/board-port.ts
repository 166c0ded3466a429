/** A virtual board's serial port in the test's own process. */
import { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Port } from '../../src/board/port.ts';
import type { VirtualBoard, VirtualBoardOptions } from '../../src/virtual/index.ts';
import { makeBoard } from '../helpers/board.ts';

export function portOf(board: VirtualBoard): Port {
  const port = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      board.type(bytes);
      done();
    },
  });
  for (const stream of ['stdout', 'stderr'] as const) {
    board.on(stream, (bytes) => {
      if (!port.destroyed) port.push(bytes);
    });
  }
  return Object.assign(port, { name: 'virtual', setLines: async () => {} });
}

/** A board with a prompt that is powered on, and its port. */
export async function startedPort(options: VirtualBoardOptions = {}) {
  const board = await makeBoard({ repl: true, ...options });
  const port = portOf(board);
  onTestFinished(() => void port.destroy());
  void board.run();
  return { board, port };
}
