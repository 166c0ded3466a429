/**
 * Every error that Kiteline throws at its users. Codes are stable and may be matched; messages are written
 * for a person, in the person's language, and may change in any release.
 */
export type ErrorCode =
  /** A number, name, address or option that cannot be used as given. */
  | 'BAD_ARGUMENT'
  /** The port or address is taken by another program. */
  | 'PORT_TAKEN'
  /** The address is not one of this machine's, or may not be bound. */
  | 'ADDRESS_UNAVAILABLE'
  /** The peer refused the connection: nothing listens there. */
  | 'REFUSED'
  /** No route, no such host, or the network is down. */
  | 'UNREACHABLE'
  /** Nothing came before the deadline. */
  | 'TIMEOUT'
  /** The peer closed or reset the connection. */
  | 'CLOSED'
  /** What came makes no sense there: bytes were lost on the way, or a board restarted in the middle. */
  | 'GARBLED'
  /** No running hub was found. */
  | 'NO_HUB'
  /** A virtual board could not be started, or died of something that is not its program's exception. */
  | 'BOARD_CRASHED'
  /** The program on a board raised: the message is its traceback. */
  | 'BOARD_RAISED'
  /** What was asked for is not there (a file, a board, an encoding). */
  | 'NOT_FOUND'
  /** The store's folder is in use by another process. */
  | 'STORE_LOCKED'
  /** The store was written by a newer Kiteline; or by an older one, and was to be opened without changing it. */
  | 'STORE_VERSION'
  /** The store could not be read or written: a full disk, a damaged file. */
  | 'STORE_FAILED'
  /** A TLS handshake came to nothing. */
  | 'TLS_FAILED'
  /** Two programs use one board's name, and push each other out again and again. */
  | 'NAME_TAKEN'
  /** Somebody else steers it, or gives it a new program. */
  | 'HELD'
  /** The lease that was to go on is over. */
  | 'LEASE_OVER'
  /** The board has no session, and what was asked for does not wait for one. */
  | 'OFFLINE'
  /** The serial port is gone: its cable was pulled, or is not plugged in. */
  | 'UNPLUGGED'
  /** The hub's settings do not allow it; or the system does not, as a port that is another user's. */
  | 'NOT_ALLOWED'
  /** A sentence for the person at the terminal is the whole message; nothing else went wrong in our code. */
  | 'USAGE';

export class KitelineError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'KitelineError';
    this.code = code;
  }
}

/** The `code` of a Node system error (`EADDRINUSE`, …), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
