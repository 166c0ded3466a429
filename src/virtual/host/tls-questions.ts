/** What `tls` asks of the main thread. Bytes come and go as base64. */
import type { BoardSockets } from './sockets.ts';
import { parseCertificates, parseOwn } from './tls-verify.ts';

interface Wishes {
  hostname: string | null;
  verifyMode: number;
  /** What was given to load_verify_locations, each call's. */
  roots: string[];
  own: [cert: string, key: string] | null;
}

type Sockets = { sockets: BoardSockets };

const bytesOf = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

export const TLS_QUESTIONS = {
  /** Whether these are certificates. */
  tlsRoots: (_asked: Sockets, roots: string): boolean => {
    try {
      return parseCertificates(bytesOf(roots)).length > 0;
    } catch {
      return false;
    }
  },
  /** What is wrong with these, if anything. */
  tlsOwn: (_asked: Sockets, [cert, key]: [string, string]): string | undefined => {
    try {
      parseOwn(bytesOf(cert), bytesOf(key));
    } catch (error) {
      if (error instanceof TypeError) return error.message;
      throw error;
    }
  },
  /** From here on the connection is encrypted. */
  tlsWrap: ({ sockets }: Sockets, slot: number, { hostname, verifyMode, roots, own }: Wishes): void =>
    sockets.connection(slot).encrypt({
      hostname: hostname ?? undefined,
      verifyMode,
      roots: roots.flatMap((each) => parseCertificates(bytesOf(each))),
      own: own ? parseOwn(bytesOf(own[0]), bytesOf(own[1])) : undefined,
    }),
  /** Why there is no TLS: [number, name], or [0, text of a ValueError]. */
  tlsFailure: ({ sockets }: Sockets, slot: number): [number, string] | undefined => {
    const failure = sockets.connection(slot).tlsFailure;
    if (!failure) return undefined;
    return 'invalid' in failure ? [0, failure.invalid] : [failure.code, failure.text];
  },
  tlsPeer: ({ sockets }: Sockets, slot: number): string | undefined => {
    const certificate = sockets.connection(slot).tls?.peer?.certificate;
    return certificate && Buffer.from(certificate).toString('base64');
  },
  tlsCipher: ({ sockets }: Sockets, slot: number): [string, string] | undefined =>
    sockets.connection(slot).tls?.peer?.cipher,
};
