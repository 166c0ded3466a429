/**
 * The TLS of a board's connection. On the chip mbedTLS does it between the program and the socket; here it is node:tls on the
 * main thread, between the program's bytes and the air, so that the air delays, holds and cuts the encrypted ones.
 * As on the chip it is TLS 1.2 (ESP-IDF leaves 1.3 out unless told). Unlike there a server's certificate is judged when the
 * handshake is over: the server sees a connection that stands, and ends before the first byte of the program's.
 */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { systemCode } from '../../errors.ts';
import { LONGEST, type OwnCertificate, objections } from './tls-verify.ts';

/** `ssl.CERT_REQUIRED`; the others judge nothing. */
const CERT_REQUIRED = 2;

/** What a program asks of a connection. */
export interface TlsWishes {
  hostname: string | undefined;
  verifyMode: number;
  roots: readonly X509Certificate[];
  /** For servers that ask for one. */
  own: OwnCertificate | undefined;
}

/** What the program is told: mbedTLS' number and name, or the text of a ValueError. */
export type TlsFailure = { code: number; text: string } | { invalid: string };

/** The connection below, and the program above. */
export interface TlsEnds {
  /** Sends encrypted bytes; `accepted` when the system has them. */
  transmit(bytes: Uint8Array, accepted: () => void): void;
  /** The handshake is over, and the server is whom the program expects. */
  secured(): void;
  arrived(bytes: Uint8Array): void;
  /** The server has said that no more comes. */
  ended(): void;
  failed(failure: TlsFailure): void;
  /** What the board's clock says, ms since 1970. */
  now(): number;
}

export class TlsClient {
  readonly #ends: TlsEnds;
  readonly #wishes: TlsWishes;
  readonly #below: Duplex;
  readonly #tls: TLSSocket;
  #state: 'handshake' | 'secured' | 'over' = 'handshake';
  #underWay = 0; // writes of the program that are not out yet
  #whenOut: (() => void) | undefined;
  /** The server's certificate, DER, from the end of the handshake on; and the cipher as mbedTLS names it. */
  peer: { certificate: Uint8Array; cipher: [string, string] } | undefined;

  constructor(wishes: TlsWishes, ends: TlsEnds) {
    this.#ends = ends;
    this.#wishes = wishes;
    this.#below = new Duplex({
      read() {},
      write: (bytes: Uint8Array, _encoding, accepted) => ends.transmit(bytes, accepted),
    });
    this.#tls = connect({
      socket: this.#below,
      maxVersion: 'TLSv1.2',
      rejectUnauthorized: false,
      ...wishes.own,
      ...(wishes.hostname !== undefined && !isIP(wishes.hostname) && { servername: wishes.hostname }),
    });
    this.#tls.on('secureConnect', () => this.#judge());
    this.#tls.on('error', (error) => this.#fail(failureOf(error)));
  }

  /** Encrypted bytes from the air. */
  received(bytes: Uint8Array): void {
    if (this.#state !== 'over') this.#below.push(bytes);
  }

  /** The server's FIN. */
  finished(): void {
    if (this.#state !== 'over') this.#below.push(null);
  }

  /** @param accepted called when the system has all of it, encrypted */
  send(bytes: Uint8Array, accepted: () => void): void {
    if (this.#state === 'over') return;
    this.#underWay++;
    this.#tls.write(bytes, () => {
      this.#underWay--;
      accepted();
      if (this.#underWay === 0) this.#whenOut?.();
    });
  }

  /** Calls back when all that the program sent is out. The chip's close() says no farewell of TLS. */
  drained(out: () => void): void {
    if (this.#underWay === 0 || this.#state === 'over') out();
    else this.#whenOut = out;
  }

  destroy(): void {
    this.#state = 'over';
    this.#tls.destroy();
  }

  #judge(): void {
    const { verifyMode, roots, hostname = '' } = this.#wishes;
    const chain = this.#chain();
    if (verifyMode === CERT_REQUIRED) {
      const found = objections(chain, roots, hostname, this.#ends.now());
      if (found.length > 0) {
        this.#fail({ invalid: found.map((text) => `\n${text}\n`).join('') });
        return;
      }
    }
    const cipher = this.#tls.getCipher().standardName.replaceAll('_', '-');
    this.peer = {
      certificate: chain[0]?.raw ?? new Uint8Array(),
      cipher: [cipher, this.#tls.getProtocol() ?? ''],
    };
    this.#state = 'secured';
    this.#tls.on('data', (bytes) => this.#ends.arrived(bytes));
    this.#tls.on('end', () => this.#ends.ended());
    this.#ends.secured();
  }

  #chain(): X509Certificate[] {
    const chain: X509Certificate[] = [];
    for (
      let next = this.#tls.getPeerX509Certificate();
      next && chain.length < LONGEST;
      next = next.issuerCertificate
    )
      chain.push(next);
    return chain;
  }

  #fail(failure: TlsFailure): void {
    if (this.#state === 'over') return;
    this.destroy();
    this.#ends.failed(failure);
  }
}

/** mbedTLS' number and name for what OpenSSL says. */
function failureOf(error: unknown): TlsFailure {
  const code = systemCode(error) ?? '';
  const name = (number: number, text: string) => ({ code: number, text: `MBEDTLS_ERR_SSL_${text}` });
  if (code === 'ECONNRESET') return name(-0x7280, 'CONN_EOF'); // of our Duplex: it ended within the handshake
  if (code.includes('ALERT')) return name(-0x7780, 'FATAL_ALERT_MESSAGE');
  if (/WRONG_VERSION|PACKET_LENGTH|BAD_RECORD|UNSUPPORTED_PROTOCOL/.test(code))
    return name(-0x7200, 'INVALID_RECORD');
  if (/MAC|DECRYPT/.test(code)) return name(-0x7180, 'INVALID_MAC');
  return name(-0x6e00, 'HANDSHAKE_FAILURE');
}
