import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { PlainEnd } from '../suites/transport.ts';

/** Collects what comes and resolves whoever waits for enough of it. */
class Inbox {
  #chunks: Uint8Array[] = [];
  #waiting: { bytes: number; resolve: (all: Uint8Array) => void }[] = [];

  add(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#check();
  }

  received(bytes: number): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.#waiting.push({ bytes, resolve });
      this.#check();
    });
  }

  #check(): void {
    const all = Buffer.concat(this.#chunks);
    this.#waiting = this.#waiting.filter(({ bytes, resolve }) => {
      if (all.length < bytes) return true;
      resolve(all);
      return false;
    });
  }
}

export async function plainTcp(port: number, host = '127.0.0.1'): Promise<PlainEnd & { socket: Socket }> {
  const socket = connect({ port, host, noDelay: true, allowHalfOpen: true });
  await once(socket, 'connect');
  const inbox = new Inbox();
  socket.on('data', (bytes) => inbox.add(bytes));
  socket.on('error', () => {}); // a reset shows in what the other end tells
  return {
    socket,
    address: `${socket.localAddress}:${socket.localPort}`,
    send: (bytes) => socket.write(bytes),
    received: (bytes) => inbox.received(bytes),
    close: () => socket.destroy(),
  };
}

/** A client of node:tls that takes this certificate and no other. */
export async function plainTls(port: number, ca: string): Promise<PlainEnd & { socket: TLSSocket }> {
  const tcp = await plainTcp(port);
  const socket = connectTls({ socket: tcp.socket, ca, servername: 'localhost' });
  await once(socket, 'secureConnect');
  const inbox = new Inbox();
  socket.on('data', (bytes) => inbox.add(bytes));
  socket.on('error', () => {});
  return {
    socket,
    address: tcp.address,
    send: (bytes) => socket.write(bytes),
    received: (bytes) => inbox.received(bytes),
    close: () => socket.destroy(),
  };
}

export async function plainUdp(port: number, host = '127.0.0.1'): Promise<PlainEnd> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  const inbox = new Inbox();
  let open = true;
  socket.on('message', (bytes) => inbox.add(bytes));
  return {
    address: `${socket.address().address}:${socket.address().port}`,
    send: (bytes) => socket.send(bytes, port, host),
    received: (bytes) => inbox.received(bytes),
    close: () => {
      if (open) socket.close();
      open = false;
    },
  };
}
