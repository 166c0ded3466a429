/**
 * errno values as the ESP32 has them (newlib and lwIP), which differ from Linux from 95 on.
 * Source: newlib `sys/errno.h`; the names are those of MicroPython's `errno` module.
 */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EEXIST: 17,
  ENODEV: 19,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EOPNOTSUPP: 95,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EAFNOSUPPORT: 106,
  ECONNREFUSED: 111,
  EADDRINUSE: 112,
  ECONNABORTED: 113,
  ETIMEDOUT: 116,
  EHOSTUNREACH: 118,
  EINPROGRESS: 119,
  EALREADY: 120,
  EADDRNOTAVAIL: 125,
  EISCONN: 127,
  ENOTCONN: 128,
} as const;

/** In a socket's ERROR word: TLS has failed, and `tlsFailure` says how. No number of the chip's. */
export const TLS_FAILED = 30_000;

/** An OSError with this number, raised in the program. */
export class ErrnoError extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

/**
 * What the chip's program would see where Node reports `code`. A refused connection is ECONNRESET on the ESP32: lwIP maps
 * the RST that answers a SYN to ERR_RST. A connection attempt that nobody answers ends as ERR_ABRT, ECONNABORTED.
 */
export function chipErrno(code: string | undefined): number {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'EPIPE':
      return ERRNO.ECONNRESET;
    case 'ETIMEDOUT':
      return ERRNO.ECONNABORTED;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return ERRNO.EHOSTUNREACH;
    case 'EADDRINUSE':
      return ERRNO.EADDRINUSE;
    case 'EADDRNOTAVAIL':
      return ERRNO.EADDRNOTAVAIL;
    case 'EACCES':
      return ERRNO.EACCES;
    case 'EMSGSIZE':
      return ERRNO.ENOMEM;
    default:
      return ERRNO.EIO;
  }
}
