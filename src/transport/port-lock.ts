import { connect, createServer, type Server } from 'node:net';
import { systemCode } from '../errors.ts';
import type { PortHolder, Protocol } from './port-holder.ts';

/** Held until released or until the process dies, when the kernel frees it. */
export interface PortLock {
  release(): Promise<void>;
}

const ANSWER_MS = 500; // the holder answers from its event loop; one that blocks longer is not waited for
const ANSWER_BYTES = 256; // whoever holds the name is not necessarily ours: what it says is cut and cleaned

/**
 * Takes this machine's one lock for the wildcard address of a port. The lock is an abstract UNIX socket (unix(7),
 * Linux): no file to clean up, seen by every user of the same network namespace, as the port itself is.
 * @returns undefined when another socket holds it
 */
export async function lockPort(
  protocol: Protocol,
  port: number,
  program: string,
): Promise<PortLock | undefined> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    // Whoever asks and does not hang up must not hold up the release.
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.end(`${program}\t${process.pid}\n`);
    socket.resume();
  });
  try {
    await listen(server, lockPath(protocol, port));
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE') return undefined;
    throw error;
  }
  server.unref();
  return {
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Asks whoever holds the lock who it is; undefined when nobody holds it or no sensible answer comes. */
export function askLockHolder(protocol: Protocol, port: number): Promise<PortHolder | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(lockPath(protocol, port));
    socket.setEncoding('utf8').setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.length > ANSWER_BYTES) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      const [, program, pid] = /^([\p{L}\p{N} ._-]{1,100})\t(\d{1,10})\n$/u.exec(answer) ?? [];
      resolve(program ? { program, pid: Number(pid) } : undefined);
    });
  });
}

const lockPath = (protocol: Protocol, port: number): string => `\0kiteline-${protocol}-${port}`;

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
