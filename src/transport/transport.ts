/**
 * The contract of what carries messages. A transport has peers; it cuts what they send into messages and hands
 * those over undecoded, and takes bytes for them. It decides nothing else: who a peer is and what to answer
 * is the hub's.
 */
import type { MessageReason } from '../wire/index.ts';

export type TransportKind = 'tcp' | 'udp' | 'serial' | 'mqtt';

/** Why a transport lost something: what the wire drops, and what only a transport can. */
export type TransportReason =
  | MessageReason
  /** Not sent: the peer reads more slowly than it is written to, and its share of memory is full. */
  | 'PEER_NOT_READING'
  /** Not sent: the peer is gone, or the system refused to send. */
  | 'SEND_FAILED'
  /** Not sent: larger than `peer.maxBytes`. */
  | 'DATAGRAM_TOO_LONG'
  /** A connection was refused: there are as many as the listener takes. */
  | 'TOO_MANY_CONNECTIONS'
  /** A TLS handshake came to nothing. */
  | 'TLS_FAILED';

export type CloseReason =
  /** The peer finished, or we did. */
  | 'CLOSED'
  /** The connection broke. */
  | 'RESET'
  /** A datagram sender that had been silent longest made room for a new one; it may come back. */
  | 'EVICTED';

export interface PeerCounts {
  messagesIn: number;
  bytesIn: number;
  messagesOut: number;
  bytesOut: number;
  /** Messages lost in either direction. */
  dropped: number;
}

/** Somebody at the other end: a connection, or an address that sends datagrams. */
export interface Peer {
  /** What carries its messages; `http` for one who posts, `mqtt` for one who publishes. */
  readonly transport: TransportKind | 'http' | 'mqtt';
  /** Numeric address, an IPv4-mapped IPv6 address as the IPv4 address that it is; of a serial port its name. */
  readonly host: string;
  readonly port: number;
  /** `HOST:PORT`, IPv6 in brackets; of a serial port its name. */
  readonly address: string;
  /** Whether messages arrive in order and complete, so that a line may be cut across sends. */
  readonly stream: boolean;
  /** Whether what it sends and gets is encrypted. */
  readonly secure?: boolean;
  /** Whether the peer separates its messages by LF. Datagrams need not. */
  readonly framed: boolean;
  /** The most bytes of one `send`. */
  readonly maxBytes: number;
  readonly counts: Readonly<PeerCounts>;
  /**
   * Sends these bytes, nothing added.
   * @returns false when they were dropped, which is then counted and reported through `TransportEvents.dropped`
   */
  send(bytes: Uint8Array): boolean;
  /** Bytes that were sent and wait in our memory, because the peer reads more slowly; undefined where none ever do. */
  readonly unsent?: number;
  /** Calls once, when what was sent until now waits no more, if the peer is still there then. */
  whenSent?(call: () => void): void;
  /** From here on each line is a message, as after a hello. Of no meaning where messages come whole. */
  frame(): void;
  /** Ends the connection after what was sent has gone out; forgets a datagram sender. */
  close(): void;
}

/** What a transport tells its owner. */
export interface TransportEvents {
  /**
   * Asked before somebody becomes a peer who came by himself: whether he may. Whoever may not is cut, or not listened to, and
   * costs nothing more.
   * @param host a numeric address
   */
  admits(host: string, port: number): boolean;
  opened(peer: Peer): void;
  /**
   * Messages in their order, at least one, never an empty one. They are views of what was received: whoever keeps
   * one beyond this call, or the promise that it returns, copies it. A promise says that something is waited for, and
   * costs: there is none where the messages can be taken at once. A stream is not read from until it is settled.
   */
  messages(peer: Peer, units: readonly Uint8Array[]): void | Promise<void>;
  /**
   * Asked before a stream is ended: by us, or after its peer's FIN and all of its messages. A promise is waited for, so
   * that a peer that waits for our FIN knows that all it sent is settled.
   */
  finished(peer: Peer): void | Promise<void>;
  /** Something was lost, `count` times; without a peer when it never became one. */
  dropped(peer: Peer | undefined, reason: TransportReason, count: number): void;
  closed(peer: Peer, reason: CloseReason): void;
  /** The transport as a whole has a problem; it goes on where it can. */
  failed(error: unknown): void;
}

export interface Transport {
  readonly kind: TransportKind;
  /** Our own end: where it listens, or what it is connected from. */
  readonly host: string;
  readonly port: number;
  /**
   * Begins to deliver. Connections made before wait; datagrams sent before are lost.
   * @throws Error when it was started already
   */
  start(events: TransportEvents): void;
  /** Ends every peer, lets go of the port. Harmless when repeated. */
  close(): Promise<void>;
}

/** `::ffff:192.168.1.7`, as a socket for both families gives it, is 192.168.1.7. */
export function plainHost(host: string): string {
  return host.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

export const newCounts = (): PeerCounts => ({
  messagesIn: 0,
  bytesIn: 0,
  messagesOut: 0,
  bytesOut: 0,
  dropped: 0,
});
