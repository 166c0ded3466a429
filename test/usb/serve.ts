/** A board's serial port behind TCP, for commands in processes of their own. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import type { VirtualBoard } from '../../src/virtual/index.ts';

/** @returns what `--port` takes; a cable that is pulled ends the connection, and nothing listens until it is back */
export async function serveSerial(board: VirtualBoard): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => {
    if (!board.serial.plugged) {
      socket.resetAndDestroy();
      return;
    }
    const end = board.serial.open();
    socket.pipe(end);
    end.pipe(socket);
    end.on('error', () => {});
    end.on('close', () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => end.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const where = server.address();
  if (!where || typeof where === 'string') throw new Error('no port');
  return `socket://127.0.0.1:${where.port}`;
}
