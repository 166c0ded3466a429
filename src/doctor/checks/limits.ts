/** From where on something is too little, by whichever way it was asked. */

/** Bytes. A JSON message, a TLS record, an import want that much in pieces. */
export const HEAP = 20_000;
/** Bytes of the system's heap in one piece: a socket takes a few KB of it. */
export const PIECE = 4_096;
/** Bytes of flash. A new library, or a program, comes beside the old. */
export const FLASH = 65_536;
/** dBm. Below it an ESP32 loses frames and falls back to slow rates. */
export const WEAK_DBM = -75;
