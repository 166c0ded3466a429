import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4, isIPv6 } from 'node:net';
import { type Heard, Recency } from '../recency.ts';
import { limits } from '../wire/index.ts';
import { formatHostPort } from './address.ts';
import {
  type CloseReason,
  newCounts,
  type Peer,
  plainHost,
  type Transport,
  type TransportEvents,
  type TransportReason,
} from './transport.ts';

export interface UdpOptions {
  /** Numeric address; `0.0.0.0` or `::` for all. */
  host: string;
  /** 0 asks the system. */
  port: number;
  /** SO_REUSEPORT, to share the port with virtual boards (transport/ports.ts). */
  reusePort?: boolean;
  /** Senders that are remembered; beyond it the one that was silent longest is forgotten. */
  maxPeers?: number;
}

/** A sender costs about 1 KB here: 16 MB at most, however many addresses somebody forges. */
const MAX_PEERS = 16_384;
/** Bytes of the receive buffer. 4 MiB: with the default one Node loses 22 % at 150,000 datagrams a second, with this 0.6 %. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;
/** Bytes that wait in our memory to be sent, all peers together. */
const SEND_QUEUE = 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Opens a UDP socket: every datagram is one message, an LF at its end ignored.
 * @throws the system's error (EADDRINUSE, EADDRNOTAVAIL, EACCES, …), for transport/ports.ts to explain
 */
export async function listenUdp(options: UdpOptions): Promise<UdpTransport> {
  const { host, port, reusePort = false, maxPeers = MAX_PEERS } = options;
  const type = isIPv6(host) ? 'udp6' : 'udp4';
  const socket = createSocket({ type, reusePort });
  socket.bind({ address: host, port });
  try {
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  growReceiveBuffer(socket);
  return new UdpTransport(socket, type === 'udp6', maxPeers);
}

/** As much as the system grants: Linux cuts the wish silently, others refuse it as a whole. */
function growReceiveBuffer(socket: Socket): void {
  for (let size = RECEIVE_BUFFER; size >= 256 * 1024; size /= 2) {
    try {
      socket.setRecvBufferSize(size);
      return;
    } catch {
      // refused: try half of it
    }
  }
}

export class UdpTransport implements Transport {
  readonly kind = 'udp';
  readonly host: string;
  readonly port: number;
  /** Bytes of the receive buffer that the system has granted; Linux counts its own bookkeeping in, and says twice what it was asked for. */
  readonly receiveBuffer: number;
  #socket: Socket;
  #v6: boolean;
  #maxPeers: number;
  #peers = new Map<string, Map<number, UdpPeer>>(); // by raw host and port
  #row = new Recency<UdpPeer>();
  #count = 0;
  #last: UdpPeer | undefined; // who sent last: often the next one, too
  #events: TransportEvents | undefined;
  #closed: Promise<void> | undefined;

  /** Use `listenUdp`. */
  constructor(socket: Socket, v6: boolean, maxPeers: number) {
    this.#socket = socket;
    this.#v6 = v6;
    this.#maxPeers = maxPeers;
    const { address, port } = socket.address();
    this.host = plainHost(address);
    this.port = port;
    this.receiveBuffer = socket.getRecvBufferSize();
    // An error with no listener would end the process, also before start().
    socket.on('error', (error) => this.#events?.failed(error));
  }

  start(events: TransportEvents): void {
    if (this.#events) throw new Error('this transport was started already');
    this.#events = events;
    this.#socket.on('message', (bytes, from) => this.#received(events, bytes, from));
  }

  /**
   * The peer at a numeric address, to send to it first.
   * @throws Error before start()
   */
  peer(host: string, port: number): Peer {
    if (!this.#events) throw new Error('this transport was not started');
    return this.#peerAt(this.#events, this.#v6 && isIPv4(host) ? `::ffff:${host}` : host, port);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const gone = once(this.#socket, 'close');
    this.#socket.close();
    for (const peer of this.#row) this.#forget(peer, 'CLOSED');
    await gone;
  }

  #received(events: TransportEvents, bytes: Uint8Array, from: RemoteInfo): void {
    const known = this.#find(from.address, from.port);
    if (!known && !events.admits(plainHost(from.address), from.port)) return;
    const peer = this.#peerAt(events, from.address, from.port, known);
    peer.counts.bytesIn += bytes.length;
    let end = bytes.length;
    if (bytes[end - 1] === LF) end--;
    if (end < bytes.length && bytes[end - 1] === CR) end--;
    if (end > limits.lineBytes) {
      peer.lose('LINE_TOO_LONG');
      return;
    }
    if (end === 0) return; // an empty datagram says nothing
    peer.counts.messagesIn++;
    const work = events.messages(peer, [new Uint8Array(bytes.buffer, bytes.byteOffset, end)]);
    // Nothing to hold up: a datagram's sender does not wait. What piles up is bounded by whoever made the promise.
    work?.catch((error: unknown) => events.failed(error));
  }

  #find(rawHost: string, port: number): UdpPeer | undefined {
    const last = this.#last;
    if (last !== undefined && last.port === port && last.rawHost === rawHost) return last;
    return this.#peers.get(rawHost)?.get(port);
  }

  #peerAt(
    events: TransportEvents,
    rawHost: string,
    port: number,
    known = this.#find(rawHost, port),
  ): UdpPeer {
    if (known !== undefined && known === this.#last) return known;
    const peer = known ?? this.#newPeer(events, rawHost, port);
    this.#row.touch(peer);
    this.#last = peer;
    return peer;
  }

  #newPeer(events: TransportEvents, rawHost: string, port: number): UdpPeer {
    const peer = new UdpPeer(rawHost, port, this.#socket, events, () => this.#forget(peer, 'CLOSED'));
    let ofHost = this.#peers.get(rawHost);
    if (!ofHost) {
      ofHost = new Map();
      this.#peers.set(rawHost, ofHost);
    }
    ofHost.set(port, peer);
    this.#row.add(peer);
    this.#count++;
    const { oldest } = this.#row;
    if (this.#count > this.#maxPeers && oldest) this.#forget(oldest, 'EVICTED');
    events.opened(peer);
    return peer;
  }

  #forget(peer: UdpPeer, reason: CloseReason): void {
    const ofHost = this.#peers.get(peer.rawHost);
    if (ofHost?.get(peer.port) !== peer) return;
    ofHost.delete(peer.port);
    if (ofHost.size === 0) this.#peers.delete(peer.rawHost);
    this.#row.remove(peer);
    this.#count--;
    if (this.#last === peer) this.#last = undefined;
    this.#events?.closed(peer, reason);
  }
}

/** Whoever sends datagrams from one address and port. */
class UdpPeer implements Peer, Heard<UdpPeer> {
  readonly transport = 'udp';
  readonly stream = false;
  readonly framed = false;
  readonly maxBytes = limits.datagramBytes;
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly counts = newCounts();
  readonly close: () => void;
  /** As the system writes it. */
  readonly rawHost: string;
  older: UdpPeer | undefined;
  newer: UdpPeer | undefined;
  #socket: Socket;
  #events: TransportEvents;

  constructor(rawHost: string, port: number, socket: Socket, events: TransportEvents, forget: () => void) {
    this.host = plainHost(rawHost);
    this.port = port;
    this.address = formatHostPort(this.host, port);
    this.close = forget;
    this.rawHost = rawHost;
    this.#socket = socket;
    this.#events = events;
  }

  send(bytes: Uint8Array): boolean {
    if (bytes.length > this.maxBytes) return this.lose('DATAGRAM_TOO_LONG');
    try {
      if (this.#socket.getSendQueueSize() > SEND_QUEUE) return this.lose('PEER_NOT_READING');
      this.#socket.send(bytes, this.port, this.rawHost, (error) => {
        if (error) this.lose('SEND_FAILED');
      });
    } catch {
      return this.lose('SEND_FAILED'); // the socket is closed
    }
    this.counts.messagesOut++;
    this.counts.bytesOut += bytes.length;
    return true;
  }

  frame(): void {}

  lose(reason: TransportReason): false {
    this.counts.dropped++;
    this.#events.dropped(this, reason, 1);
    return false;
  }
}
