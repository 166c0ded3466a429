/** A virtual board's serial port behind TCP, as every contestant opens it. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type VirtualBoard, virtualBoard } from '../../src/virtual/index.ts';

export interface Cable {
  board: VirtualBoard;
  /** `socket://127.0.0.1:PORT`, which pyserial opens as well. */
  port: string;
  close(): Promise<void>;
}

/** @param baud of the simulated line, 8N1; undefined: as fast as it goes */
export async function boardOnCable(files: Record<string, string>, baud?: number): Promise<Cable> {
  const board = await virtualBoard({ repl: true, files });
  board.serial.baud = baud;
  void board.run();
  const server = createServer({ noDelay: true }, (socket) => {
    const end = board.serial.open();
    socket.pipe(end);
    end.pipe(socket);
    socket.on('error', () => {});
    socket.on('close', () => end.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const where = server.address();
  const port = `socket://127.0.0.1:${typeof where === 'object' ? where?.port : 0}`;
  return {
    board,
    port,
    async close() {
      server.close();
      await board.close();
    },
  };
}
