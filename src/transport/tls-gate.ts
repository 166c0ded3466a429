import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Alarm, Clock } from '../clock.ts';
import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';
import { Places } from './places.ts';
import { plainHost } from './transport.ts';

/** What a TLS listener shows and proves with; PEM. */
export interface TlsKeys {
  cert: string | Buffer;
  key: string | Buffer;
}

export const tlsLimits = {
  /** Handshakes at a time. Each holds some 40 KB, and one takes 0.7 ms of ours: 1,400 boards a second come through. */
  handshakes: 512,
  /** Milliseconds until a handshake has to be over: a chip needs up to three seconds for an RSA certificate, one for ECDSA. */
  handshakeMs: 15_000,
  /** Milliseconds until the same cause is told again; every one is counted. */
  tellMs: 60_000,
} as const;

/** A connection whose handshake is under way. */
class Attempt {
  readonly host: string;
  readonly socket: Socket;
  readonly through: (socket: TLSSocket) => void;
  alarm: Alarm | undefined;
  error: unknown;

  constructor(socket: Socket, through: (socket: TLSSocket) => void) {
    this.host = plainHost(socket.remoteAddress ?? '');
    this.socket = socket;
    this.through = through;
  }
}

/** What the gate tells its owner. */
export interface TlsGateEvents {
  /** A handshake came to nothing; each one. */
  failed(): void;
  /** There are too many handshakes: one connection more was cut. */
  crowded(): void;
  /** A sentence for whoever runs the hub, not for each one. */
  told(error: KitelineError): void;
}

/** Lets connections through that have finished a TLS handshake, and no others: bounded in number and in time, fair among hosts. */
export class TlsGate {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #attempts = new Map<string, Attempt>(); // bounded by #places
  readonly #places = new Places<Attempt>(tlsLimits.handshakes);
  readonly #toldAt = new Map<string, number>(); // by cause: there are few
  #events: TlsGateEvents | undefined;

  /** @throws KitelineError BAD_ARGUMENT for a certificate and a key that are none, or do not belong together */
  constructor({ cert, key }: TlsKeys, clock: Clock) {
    this.#clock = clock;
    try {
      // 1.2 is what the chip speaks; older ones are broken. It never listens: connections are handed in.
      this.#server = createServer({ cert, key, minVersion: 'TLSv1.2', pauseOnConnect: true });
    } catch (cause) {
      throw new KitelineError(
        'BAD_ARGUMENT',
        say(
          `The certificate for TLS and its key cannot be used: ${messageOf(cause)}.`,
          `TLS 证书及其密钥无法使用：${messageOf(cause)}。`,
        ),
        { cause },
      );
    }
    this.#server.on('secureConnection', (socket) => this.#through(socket));
    this.#server.on('tlsClientError', (error, socket) => {
      const attempt = this.#attempts.get(keyOf(socket));
      if (attempt) attempt.error = error;
    });
  }

  start(events: TlsGateEvents): void {
    this.#events = events;
  }

  /** Begins the handshake. `through` gets the connection once it stands; one whose handshake fails is closed. */
  pass(socket: Socket, through: (socket: TLSSocket) => void): void {
    const attempt = new Attempt(socket, through);
    const loser = this.#places.take(attempt);
    if (loser) this.#events?.crowded();
    if (loser === 'full') {
      socket.resetAndDestroy();
      return;
    }
    if (loser) this.#cut(loser);
    const key = keyOf(socket);
    this.#attempts.set(key, attempt);
    attempt.alarm = this.#clock.alarm(tlsLimits.handshakeMs, () => {
      attempt.error = LATE;
      socket.destroy();
    });
    socket.on('error', () => {}); // and then it closes
    socket.once('close', () => {
      if (this.#attempts.get(key) !== attempt) return;
      this.#forget(key, attempt);
      this.#events?.failed();
      this.#tell(attempt);
    });
    this.#server.emit('connection', socket);
  }

  /** Cuts what has not come through. */
  close(): void {
    for (const attempt of this.#attempts.values()) this.#cut(attempt);
  }

  #through(socket: TLSSocket): void {
    const key = keyOf(socket);
    const attempt = this.#attempts.get(key);
    if (!attempt) {
      socket.destroy();
      return;
    }
    this.#forget(key, attempt);
    attempt.through(socket);
  }

  #cut(attempt: Attempt): void {
    this.#forget(keyOf(attempt.socket), attempt);
    attempt.socket.destroy();
  }

  #forget(key: string, attempt: Attempt): void {
    this.#attempts.delete(key);
    this.#places.leave(attempt);
    attempt.alarm?.cancel();
  }

  #tell({ host, error }: Attempt): void {
    const now = this.#clock.monotonic();
    const { cause, sentence } = explain(error, host);
    if (now - (this.#toldAt.get(cause) ?? Number.NEGATIVE_INFINITY) < tlsLimits.tellMs) return;
    this.#toldAt.set(cause, now);
    this.#events?.told(new KitelineError('TLS_FAILED', sentence, { cause: error }));
  }
}

const LATE = new Error('too slow');

/** One connection of those that are open now. */
const keyOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress}`;

/** Why a handshake failed: a name for its kind, and a sentence. */
function explain(error: unknown, host: string): { cause: string; sentence: string } {
  const code = systemCode(error) ?? '';
  if (/ALERT|CERTIFICATE/.test(code)) {
    return {
      cause: 'refused',
      sentence: say(
        `${host} does not take this hub's certificate: give it the present one ("tls" in its /kiteline.json).`,
        `${host} 不接受本中枢的证书：请把现在的证书给它（其 /kiteline.json 中的 "tls"）。`,
      ),
    };
  }
  if (/WRONG_VERSION|HTTP_REQUEST|UNSUPPORTED_PROTOCOL|PACKET_LENGTH/.test(code)) {
    return {
      cause: 'no TLS',
      sentence: say(
        `${host} speaks no TLS (1.2 or newer) to the port for TLS: it belongs to the other port, or needs "tls" in its /kiteline.json.`,
        `${host} 在 TLS 端口上没有使用 TLS（1.2 或更新）：它应连接另一个端口，或在其 /kiteline.json 中设置 "tls"。`,
      ),
    };
  }
  const why = error === LATE ? say('it took too long', '耗时过长') : say('it was broken off', '中途断开');
  return {
    cause: error === LATE ? 'late' : 'broken',
    sentence: say(
      `A TLS handshake with ${host} came to nothing: ${why}.`,
      `与 ${host} 的 TLS 握手未完成：${why}。`,
    ),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
