/** A board's serial port behind TCP, for commands in processes of their own. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import type { VirtualBoard } from '../../src/virtual/index.ts';

/** @returns what `--port` takes; one connection at a time has the board, as one program has a port */
export async function serveSerial(board: VirtualBoard): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => {
    const show = (bytes: Uint8Array) => void socket.write(bytes);
    board.on('stdout', show);
    board.on('stderr', show);
    socket.on('data', (bytes) => board.type(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      board.off('stdout', show);
      board.off('stderr', show);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const where = server.address();
  if (!where || typeof where === 'string') throw new Error('no port');
  return `socket://127.0.0.1:${where.port}`;
}
