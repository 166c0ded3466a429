/** What a board talks to on this computer: plain sockets of Node, closed after the test. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP server on a port of the system's choice; a board that loses power resets its connections, so errors are no news. */
export async function tcpPeer(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

/** A TCP connection to a board. */
export function dial(port: number, host: string): Socket {
  const socket = connect(port, host);
  socket.on('error', () => socket.destroy());
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Sends a text to a board's server and gives the first piece of its answer. */
export async function ask(port: number, host: string, text: string): Promise<string> {
  const socket = dial(port, host);
  socket.write(text);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  return reply.toString();
}

/** A UDP socket, and what it has heard. */
export async function udpPeer() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString()));
  return { socket, port: socket.address().port, heard };
}
