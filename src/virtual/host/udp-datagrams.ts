/** A UDP socket of a board: real sockets on one side, the slot's mailbox in shared memory on the other. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { besideWildcard } from '../../transport/ports.ts';
import { DATAGRAM_HEADER, DATAGRAM_MAILBOX, putRing, type SharedState, SLOT } from '../shared.ts';
import { isHere } from './addresses.ts';
import type { Air } from './air.ts';
import type { BoardNetwork } from './board-network.ts';

/** lwIP's default IP_REASS_MAX_PBUFS reassembles no more than this; a larger datagram never reaches the program. */
const LARGEST_DATAGRAM = 10 * 1472;

export class HostDatagrams {
  readonly #shared: SharedState;
  readonly #slot: number;
  readonly #air: Air;
  readonly #board: string;
  readonly #address: string;
  readonly #own: boolean;
  readonly #flowing: () => boolean;
  readonly #network: Pick<BoardNetwork, 'isApart' | 'reaches'>;
  /** Bound to the board's address: what this computer sends to the board arrives here. */
  #near: Promise<Socket> | undefined;
  /** Towards the rest of the world, where a source address of 127.x would be wrong. */
  #far: Promise<Socket> | undefined;
  #peer: { address: string; port: number } | undefined;
  /** Closed by the program: nothing arrives any more, but what it sent before still goes out. */
  #shut = false;
  /** The system's sockets are closed. */
  #gone = false;
  readonly #underWay = new Set<Promise<void>>();
  /** Datagrams that found the mailbox full. */
  dropped = 0;
  port = 0;

  constructor(
    shared: SharedState,
    slot: number,
    air: Air,
    board: Pick<BoardNetwork, 'name' | 'address' | 'own' | 'isApart' | 'reaches'>,
    flowing: () => boolean,
  ) {
    this.#shared = shared;
    this.#slot = slot;
    this.#air = air;
    this.#board = board.name;
    this.#address = board.address;
    this.#own = board.own;
    this.#flowing = flowing;
    this.#network = board;
  }

  /** @param port 0 for any; rejects with the system's error when it cannot be had */
  async bind(port: number): Promise<void> {
    this.#near = this.#open(this.#address, port);
    this.port = (await this.#near).address().port;
  }

  async #open(address: string | undefined, port: number): Promise<Socket> {
    // A board with an address of its own can share the port with a wildcard socket of this computer.
    const socket = createSocket({
      type: 'udp4',
      ...(this.#own && address !== undefined ? besideWildcard() : {}),
    });
    socket.on('message', (bytes, from) =>
      this.#air.carryDatagram('to-board', () => this.receive(bytes, from)),
    );
    try {
      socket.bind({ port, ...(address === undefined ? {} : { address }), exclusive: true });
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      throw error;
    }
    // An ICMP answer to an earlier datagram; the chip's UDP takes no notice of it either.
    socket.on('error', () => {});
    if (this.#gone) socket.close();
    else socket.setBroadcast(true);
    return socket;
  }

  connect(address: string, port: number): void {
    this.#peer = { address, port };
  }

  /** Joins a multicast group on the board's interface, as far as the system can. */
  async addMembership(group: string): Promise<void> {
    this.#near ??= this.#open(this.#address, 0);
    const socket = await this.#near;
    try {
      socket.addMembership(group, this.#address);
    } catch {
      socket.addMembership(group);
    }
  }

  /** What arrives for the program: into the mailbox, or counted where that is full. */
  receive(bytes: Uint8Array, from: { address: string; port: number }): void {
    if (this.#shut || !this.#flowing() || this.#network.isApart() || bytes.length > LARGEST_DATAGRAM) return;
    if (this.#peer && (from.port !== this.#peer.port || from.address !== this.#peer.address)) return;
    const shared = this.#shared;
    const waiting = shared.slotWord(this.#slot, SLOT.DATAGRAMS);
    if (shared.get(waiting) >= DATAGRAM_MAILBOX || DATAGRAM_HEADER + bytes.length > shared.room(this.#slot)) {
      this.dropped += 1;
      return;
    }
    const record = new Uint8Array(DATAGRAM_HEADER + bytes.length);
    const view = new DataView(record.buffer);
    view.setUint16(0, bytes.length);
    view.setUint16(2, from.port);
    for (const [at, part] of from.address.split('.').entries()) record[4 + at] = Number(part);
    record.set(bytes, DATAGRAM_HEADER);
    const received = shared.slotWord(this.#slot, SLOT.RECEIVED);
    putRing(shared.ring(this.#slot), shared.get(received), record);
    shared.add(received, record.length);
    shared.add(waiting, 1);
    shared.wake();
  }

  send(bytes: Uint8Array): void {
    if (this.#peer) this.sendTo(bytes, this.#peer.address, this.#peer.port);
    else this.#sent(bytes.length);
  }

  sendTo(bytes: Uint8Array, address: string, port: number): void {
    // On the air a datagram is gone whether or not anybody hears it.
    if (!this.#flowing()) {
      this.#sent(bytes.length);
      return;
    }
    // One that the air doubles is sent by the program once.
    let left = bytes.length;
    const carried = this.#air.carryDatagram('from-board', () => {
      const transmission = this.#transmit(bytes, address, port).finally(() => {
        this.#underWay.delete(transmission);
        this.#sent(left);
        left = 0;
      });
      this.#underWay.add(transmission);
    });
    if (!carried) this.#sent(bytes.length);
  }

  async #transmit(bytes: Uint8Array, address: string, port: number): Promise<void> {
    const broadcast = address === '255.255.255.255' || address === '127.255.255.255';
    if (broadcast || isHere(address)) {
      this.#near ??= this.#open(this.#address, 0);
      const socket = await this.#near.catch(() => undefined);
      if (!socket || this.#gone) return;
      this.port = socket.address().port;
      // A broadcast does not reach sockets that are bound to 127.x: the air carries it to the other boards, and this
      // computer's programs hear it at 127.0.0.1, or where the air says.
      if (broadcast && !this.#network.isApart())
        this.#air.broadcast(this.#board, port, { address: this.#address, port: this.port }, bytes);
      const hosts = broadcast ? this.#air.hosts : [address];
      for (const host of hosts)
        if (this.#network.reaches(host, port)) await transmit(socket, bytes, host, port);
    } else {
      this.#far ??= this.#open(undefined, 0);
      const socket = await this.#far.catch(() => undefined);
      if (socket && !this.#gone) await transmit(socket, bytes, address, port);
    }
  }

  #sent(count: number): void {
    if (this.#shut) return;
    this.#shared.add(this.#shared.slotWord(this.#slot, SLOT.SENDING), -count);
    this.#shared.wake();
  }

  close(): void {
    this.#shut = true;
    void Promise.allSettled(this.#underWay).then(() => {
      this.#gone = true;
      for (const socket of [this.#near, this.#far]) void socket?.then((open) => open.close()).catch(() => {});
    });
  }
}

/** Nobody listening, or no route, is as silent on UDP as it is on the chip. */
function transmit(socket: Socket, bytes: Uint8Array, address: string, port: number): Promise<void> {
  return new Promise((done) => socket.send(bytes, port, address, () => done()));
}
