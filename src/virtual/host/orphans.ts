/**
 * Sockets whose board gave its connection up while nothing could be told: the radio was off, or the air was silent. The
 * other side goes on believing in it, until it ends it itself, or sends something and learns from the reset that the
 * board's TCP answers with.
 */
import type { Socket } from 'node:net';

/** More than a board has sockets, and than outages that a peer sleeps through; the oldest is ended then. */
const MOST = 64;

export class Orphans {
  readonly #sockets = new Set<Socket>();

  /** @param reachable whether what the other side sends reaches the board, and its answer the other side */
  adopt(socket: Socket, reachable: () => boolean): void {
    if (this.#sockets.has(socket)) return;
    if (socket.destroyed || socket.connecting || socket.pending) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    for (const oldest of this.#sockets) {
      if (this.#sockets.size <= MOST) break;
      oldest.destroy();
      this.#sockets.delete(oldest);
    }
    socket.removeAllListeners('data').removeAllListeners('end');
    socket.on('data', () => {
      if (reachable()) socket.resetAndDestroy();
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.unref();
    socket.resume();
  }

  /** The board is gone for good, and with it the air around it. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
