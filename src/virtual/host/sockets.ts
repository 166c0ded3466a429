/** The real sockets behind a board's `socket` module: what the program asks for, done on the main thread. */
import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import { systemCode } from '../../errors.ts';
import { besideWildcard } from '../../transport/ports.ts';
import { chipErrno, ERRNO, ErrnoError } from '../errno.ts';
import { FLAG, type SharedState, SLOT, SOCKETS } from '../shared.ts';
import { isHere } from './addresses.ts';
import type { BoardNetwork } from './board-network.ts';
import { resolveName } from './names.ts';
import { Orphans } from './orphans.ts';
import { HostStream } from './tcp-stream.ts';
import { HostDatagrams } from './udp-datagrams.ts';

const SOCK = { STREAM: 1, DGRAM: 2 } as const;
const AF_INET = 2;
const OPTION = { ADD_MEMBERSHIP: 3 } as const;
/** Connections beyond the backlog: a chip's peer would send its SYN again, so they wait, up to this many. */
const OVERFLOW = 64;

interface Slot {
  stream: boolean;
  bound: { host: string; port: number } | undefined;
  backlog: number;
  server: Server | undefined;
  waiting: Socket[];
  connection: HostStream | undefined;
  datagrams: HostDatagrams | undefined;
}

export class BoardSockets {
  readonly #shared: SharedState;
  readonly #network: BoardNetwork;
  readonly #slots: (Slot | undefined)[] = Array.from({ length: SOCKETS });
  readonly #orphans = new Orphans();
  /** Closed by the program, and still sending what it was given before. */
  readonly #lingering = new Set<HostStream>();
  #datagramsDropped = 0;

  constructor(shared: SharedState, network: BoardNetwork) {
    this.#shared = shared;
    this.#network = network;
  }

  /** Datagrams that the program was too slow to take. */
  get datagramsDropped(): number {
    return this.#slots.reduce((sum, slot) => sum + (slot?.datagrams?.dropped ?? 0), this.#datagramsDropped);
  }

  /** `socket.socket()`: a free slot. */
  open(family: number, type: number): number {
    if (family !== AF_INET) throw new ErrnoError(ERRNO.EAFNOSUPPORT);
    if (type !== SOCK.STREAM && type !== SOCK.DGRAM) throw new ErrnoError(ERRNO.EINVAL);
    const slot = this.#slots.indexOf(undefined);
    if (slot < 0) throw new ErrnoError(ERRNO.ENFILE);
    this.#occupy(slot, type === SOCK.STREAM);
    return slot;
  }

  #occupy(slot: number, stream: boolean): Slot {
    for (let word = 0; word < SLOT.WORDS; word++) this.#shared.set(this.#shared.slotWord(slot, word), 0);
    const made: Slot = {
      stream,
      bound: undefined,
      backlog: 0,
      server: undefined,
      waiting: [],
      connection: undefined,
      datagrams: undefined,
    };
    if (!stream)
      made.datagrams = new HostDatagrams(
        this.#shared,
        slot,
        this.#network.air,
        this.#network,
        this.#network.flowing,
      );
    this.#slots[slot] = made;
    this.#flag(slot, FLAG.OPEN | (stream ? FLAG.STREAM : 0));
    return made;
  }

  #slot(slot: number): Slot {
    const found = this.#slots[slot];
    if (!found) throw new ErrnoError(ERRNO.EBADF);
    return found;
  }

  #flag(slot: number, flag: number): void {
    Atomics.or(this.#shared.words, this.#shared.slotWord(slot, SLOT.FLAGS), flag);
    this.#shared.wake();
  }

  async bind(slot: number, host: string, port: number): Promise<void> {
    const { address } = this.#network;
    const entry = this.#slot(slot);
    if (entry.bound) throw new ErrnoError(ERRNO.EINVAL);
    if (!['0.0.0.0', '127.0.0.1', '192.168.4.1', address].includes(host))
      throw new ErrnoError(ERRNO.EADDRNOTAVAIL);
    const taken =
      port !== 0 && this.#slots.some((other) => other?.stream === entry.stream && other.bound?.port === port);
    if (taken) throw new ErrnoError(ERRNO.EADDRINUSE);
    entry.bound = { host, port };
    if (entry.datagrams) {
      try {
        await entry.datagrams.bind(port);
      } catch (error) {
        entry.bound = undefined;
        throw this.#bindError(error, port);
      }
    }
    this.#flag(slot, FLAG.BOUND);
  }

  #bindError(error: unknown, port: number): ErrnoError {
    const code = systemCode(error);
    if (code === 'EADDRINUSE') this.#network.note('port-taken', `${this.#network.address}:${port}`);
    return new ErrnoError(chipErrno(code));
  }

  async listen(slot: number, backlog: number): Promise<void> {
    const entry = this.#slot(slot);
    if (!entry.stream) throw new ErrnoError(ERRNO.EOPNOTSUPP);
    entry.backlog = Math.max(1, backlog);
    if (entry.server) return;
    const { address, own, flowing } = this.#network;
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      socket.on('error', () => {});
      if (this.#network.isApart()) {
        // The system has taken it for us; of what would pass, nothing does.
        socket.on('end', () => socket.destroy()).resume();
        return;
      }
      if (!flowing() || entry.waiting.length >= entry.backlog + OVERFLOW) {
        socket.resetAndDestroy();
        return;
      }
      entry.waiting.push(socket);
      this.#shared.add(this.#shared.slotWord(slot, SLOT.ACCEPTABLE), 1);
      this.#shared.wake();
    });
    const port = entry.bound?.port ?? 0;
    try {
      server.listen({
        host: address,
        port,
        backlog: entry.backlog,
        ...(own ? besideWildcard() : {}),
      });
      await once(server, 'listening');
    } catch (error) {
      server.close();
      throw this.#bindError(error, port);
    }
    server.on('error', () => {});
    entry.server = server;
    this.#flag(slot, FLAG.LISTENING | FLAG.BOUND);
  }

  /** The next connection as [slot, address, port], or null when it has gone away meanwhile. */
  accept(slot: number): [number, string, number] | null {
    const entry = this.#slot(slot);
    const free = this.#slots.indexOf(undefined);
    if (free < 0) throw new ErrnoError(ERRNO.ENFILE);
    const socket = entry.waiting.shift();
    this.#shared.add(this.#shared.slotWord(slot, SLOT.ACCEPTABLE), -1);
    if (!socket?.remoteAddress || !socket.remotePort) return null;
    const accepted = this.#occupy(free, true);
    accepted.connection = this.#attach(free, socket);
    accepted.connection.established();
    return [free, socket.remoteAddress, socket.remotePort];
  }

  #attach(slot: number, socket: Socket): HostStream {
    return new HostStream(this.#shared, slot, socket, { ...this.#network, orphans: this.#orphans });
  }

  connect(slot: number, host: string, port: number): void {
    const entry = this.#slot(slot);
    if (!this.#network.hasAddress()) throw new ErrnoError(ERRNO.EHOSTUNREACH);
    if (port < 0 || port > 65_535) throw new ErrnoError(ERRNO.EINVAL);
    if (entry.datagrams) {
      entry.datagrams.connect(host, port);
      this.#flag(slot, FLAG.CONNECTED);
      return;
    }
    const flags = this.#shared.get(this.#shared.slotWord(slot, SLOT.FLAGS));
    if (flags & FLAG.CONNECTING) throw new ErrnoError(ERRNO.EALREADY);
    if (flags & FLAG.CONNECTED) throw new ErrnoError(ERRNO.EISCONN);
    // A socket is dead after a failed attempt (mp#4406).
    if (flags & FLAG.DEAD) throw new ErrnoError(ERRNO.ECONNABORTED);
    this.#flag(slot, FLAG.CONNECTING);
    const { address, own } = this.#network;
    const connection = this.#attach(slot, new Socket({ allowHalfOpen: true }));
    entry.connection = connection;
    if (!this.#network.reaches(host, port)) return; // no answer ever comes
    connection.connect({
      host,
      port,
      ...(own && isHere(host) ? { localAddress: address } : {}),
      ...(entry.bound?.port ? { localPort: entry.bound.port } : {}),
    });
  }

  /** The TCP connection of a slot. */
  connection(slot: number): HostStream {
    const { connection } = this.#slot(slot);
    if (!connection) throw new ErrnoError(ERRNO.ENOTCONN);
    return connection;
  }

  send(slot: number, bytes: Uint8Array): void {
    const entry = this.#slots[slot];
    if (entry?.connection) entry.connection.send(bytes);
    else entry?.datagrams?.send(bytes);
  }

  sendTo(slot: number, bytes: Uint8Array, address: string, port: number): void {
    this.#slots[slot]?.datagrams?.sendTo(bytes, address, port);
  }

  taken(slot: number): void {
    this.#slots[slot]?.connection?.taken();
  }

  async option(slot: number, level: number, option: number, value: unknown): Promise<void> {
    const entry = this.#slot(slot);
    if (level !== 0 || option !== OPTION.ADD_MEMBERSHIP || !Array.isArray(value) || !entry.datagrams) return;
    try {
      await entry.datagrams.addMembership(String(value[0]));
    } catch (error) {
      throw new ErrnoError(chipErrno(systemCode(error)));
    }
  }

  readonly resolve = (host: string): Promise<string> => resolveName(host, this.#network);

  /** A broadcast that the air brings. */
  broadcast(port: number, from: { address: string; port: number }, bytes: Uint8Array): void {
    for (const slot of this.#slots) if (slot?.datagrams?.port === port) slot.datagrams.receive(bytes, from);
  }

  /** The radio works again: what was held goes on. */
  resume(): void {
    for (const slot of this.#slots) slot?.connection?.resume();
  }

  /** The address is gone: every connection ends with ECONNABORTED, as lwIP does it. */
  abortAll(): void {
    for (const slot of this.#slots) slot?.connection?.abort(ERRNO.ECONNABORTED);
  }

  /** The program's close(). */
  shut(slot: number): void {
    const entry = this.#slots[slot];
    if (!entry) return;
    this.#release(slot, entry);
    if (entry.connection) this.#linger(entry.connection);
  }

  #linger(connection: HostStream): void {
    this.#lingering.add(connection);
    connection.close(() => this.#lingering.delete(connection));
  }

  #release(slot: number, entry: Slot): void {
    this.#slots[slot] = undefined;
    this.#shared.set(this.#shared.slotWord(slot, SLOT.FLAGS), 0);
    this.#datagramsDropped += entry.datagrams?.dropped ?? 0;
    entry.server?.close();
    for (const socket of entry.waiting) socket.resetAndDestroy();
    entry.datagrams?.close();
  }

  /**
   * Everything closes: with FIN after what was sent at the end of a program and on a soft reset, as the chip's finalisers do
   * it; with RST when the power goes and the radio still carries it.
   */
  closeAll(how: 'fin' | 'reset'): void {
    for (const [slot, entry] of this.#slots.entries()) {
      if (!entry) continue;
      this.#release(slot, entry);
      if (!entry.connection) continue;
      if (how === 'fin') this.#linger(entry.connection);
      else entry.connection.destroy();
    }
    if (how === 'fin') return;
    for (const connection of this.#lingering) connection.destroy();
    this.#lingering.clear();
  }

  /** The board is gone for good. */
  close(): void {
    this.#orphans.close();
  }
}
