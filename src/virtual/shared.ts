/**
 * The memory that a board's worker thread and the main thread share. The worker runs MicroPython and blocks in
 * `Atomics.wait`; the main thread owns the real sockets, the air and the pins. Everything that a program asks for often
 * (received bytes, readiness, Wi-Fi status, pin levels) is read here, without a message between the threads.
 */

import type { Pads } from './world/world.ts';

/** Words of the header (Int32). */
export const WORD = {
  /** Counts everything that could end a wait; the worker sleeps on it. */
  EVENT: 0,
  /** Ctrl-C that the program has not seen yet. */
  INTERRUPT: 1,
  /** Bytes ever written to, and read from, the serial input ring. */
  INPUT_WRITTEN: 2,
  INPUT_READ: 3,
  /** Printed bytes that the main thread has not taken yet. */
  OUTPUT_PENDING: 4,
  /** What `WLAN.status()` of the station says, and whether it has an address. */
  STATION_STATUS: 5,
  STATION_CONNECTED: 6,
  /** dBm */
  STATION_RSSI: 7,
  /** The byte that interrupts, as `micropython.kbd_intr` set it; -1 for none. */
  INTERRUPT_BYTE: 8,
  /** Pin edges ever written to, and read from, the edge ring. */
  EDGES_WRITTEN: 9,
  EDGES_READ: 10,
  /** Pin edges lost because the ring was full. */
  EDGES_DROPPED: 11,
  /** 1 while the board has an address to send from. */
  ROUTE: 12,
  /** When the program last fed its watchdog: milliseconds of the board's time, as an Int32 that wraps. */
  WATCHDOG_FED: 13,
  /** Bytes that can be written to the flash until the power goes, and one more; 0: it stays. */
  FLASH_LEFT: 14,
  /** 1: a file that is being written then keeps what has been. */
  FLASH_TEARS: 15,
  /** 1: the prompt is the raw one. Kept over a soft reset. */
  REPL_RAW: 24,
  /** 1: what was typed at the prompt runs. */
  REPL_BUSY: 25,
  /** 1: bytes for the serial input ring wait outside; the worker says when there is room. */
  INPUT_HELD: 26,
  /** Printed bytes that may be under way before the program waits. */
  OUTPUT_ROOM: 27,
} as const;

/** Words of a socket's slot (Int32). */
export const SLOT = {
  /** Bits of FLAG. */
  FLAGS: 0,
  /** The chip's errno of the last asynchronous failure; taken by the next call. */
  ERROR: 1,
  /** Bytes ever put into, and taken from, the receive ring. */
  RECEIVED: 2,
  TAKEN: 3,
  /** Datagrams now in the receive ring. */
  DATAGRAMS: 4,
  /** Bytes handed over for sending that the system has not accepted yet. */
  SENDING: 5,
  /** Connections that wait for accept(). */
  ACCEPTABLE: 6,
  WORDS: 8,
} as const;

export const FLAG = {
  OPEN: 1,
  STREAM: 2,
  BOUND: 4,
  LISTENING: 8,
  CONNECTING: 16,
  CONNECTED: 32,
  /** The peer sent FIN: a read past the last byte gives 0. */
  PEER_CLOSED: 64,
  /** The main thread holds more bytes than the ring could take. */
  HELD: 128,
  /** The connection is over (reset, or both directions closed). */
  DEAD: 256,
  /** The connection stood once, whatever has become of it since: connect() was a success. */
  ESTABLISHED: 512,
  /** The TLS handshake is under way: nothing of the program's goes or comes yet. */
  SECURING: 1024,
  /** It is over since the last read: on the chip its last bytes have woken whoever waits to read. */
  SHOOK: 2048,
} as const;

/** lwIP's default CONFIG_LWIP_MAX_SOCKETS, which the ESP32 port keeps: one more gives ENFILE. */
export const SOCKETS = 10;
/** A power of two; roomier than lwIP's 5,744-byte window so that a worker wakes less often. */
const RECEIVE_RING = 16_384;
/** CONFIG_LWIP_UDP_RECVMBOX_SIZE: datagrams that wait unread; the next one is dropped, as on the chip. */
export const DATAGRAM_MAILBOX = 6;
/** Length, port, IPv4 address in front of each datagram in the ring. */
export const DATAGRAM_HEADER = 8;
/** lwIP's default TCP_SND_BUF: a write blocks while more than this is unsent. */
export const SEND_BUFFER = 5_744;
/** A power of two; a paste of 4 KiB fits while the program is busy. */
export const INPUT_RING = 4_096;
/** Edges on their way to the board's thread; each is one Int32: pin, level, rising or falling. A power of two. */
export const EDGE_RING = 1_024;
/** GPIO 0 to 39. */
export const PINS = 40;
/** Printed bytes under way to a slow reader before the program waits, as a full UART makes it wait. */
export const OUTPUT_LIMIT = 262_144;

const HEADER_WORDS = 32;
/** Words of a pin (Int32). */
export const PIN = {
  /** What the program puts out. */
  LEVEL: 0,
  /** Bits of MODE, as ESP-IDF's gpio_mode_t has them. */
  MODE: 1,
  /** 1 pulled down, 2 pulled up. */
  PULL: 2,
  /** What an ADC measures. */
  MICROVOLTS: 3,
  /** Edges that the program's handler wants: bits of TRIGGER. */
  TRIGGERS: 4,
  /** What is wired to it: 0 nothing, 1 a low level, 2 a high one. */
  WORLD: 5,
  /** Length of the pulse that `machine.time_pulse_us` measures, in microseconds; 0 for none. */
  PULSE: 6,
  /** A DHT sensor: 0 for none, else see VirtualPin.attachDht. */
  DHT: 7,
  WORDS: 8,
} as const;

/** `Pin.irq`'s edges, and one bit for a pin that a counter watches. */
export const TRIGGER = { RISING: 1, FALLING: 2, BOTH: 3, COUNTED: 4 } as const;

export const MODE = { INPUT: 1, OUTPUT: 2, OPEN_DRAIN: 4 } as const;

const PIN_WORDS_AT = HEADER_WORDS;
const EDGE_WORDS_AT = PIN_WORDS_AT + PINS * PIN.WORDS;
const SLOT_WORDS_AT = EDGE_WORDS_AT + EDGE_RING;
const WORDS_TOTAL = SLOT_WORDS_AT + SOCKETS * SLOT.WORDS;
const INPUT_AT = WORDS_TOTAL * 4;
const RINGS_AT = INPUT_AT + INPUT_RING;
const BYTES_TOTAL = RINGS_AT + SOCKETS * RECEIVE_RING;

export class SharedState {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly input: Uint8Array;
  readonly rings: Uint8Array[];

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(BYTES_TOTAL)) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, WORDS_TOTAL);
    this.input = new Uint8Array(buffer, INPUT_AT, INPUT_RING);
    this.rings = Array.from(
      { length: SOCKETS },
      (_, slot) => new Uint8Array(buffer, RINGS_AT + slot * RECEIVE_RING, RECEIVE_RING),
    );
  }

  get(word: number): number {
    return Atomics.load(this.words, word);
  }

  set(word: number, value: number): void {
    Atomics.store(this.words, word, value);
  }

  /** Adds and says what it was before. */
  add(word: number, value: number): number {
    return Atomics.add(this.words, word, value);
  }

  /** Something happened that a blocked program may wait for. */
  wake(): void {
    Atomics.add(this.words, WORD.EVENT, 1);
    Atomics.notify(this.words, WORD.EVENT);
  }

  slotWord(slot: number, word: number): number {
    return SLOT_WORDS_AT + slot * SLOT.WORDS + word;
  }

  pinWord(pin: number, word: number): number {
    return PIN_WORDS_AT + pin * PIN.WORDS + word;
  }

  edgeWord(index: number): number {
    return EDGE_WORDS_AT + (index & (EDGE_RING - 1));
  }

  ring(slot: number): Uint8Array {
    const ring = this.rings[slot];
    if (!ring) throw new RangeError(`no socket slot ${slot}`);
    return ring;
  }

  /** Bytes in a slot's ring that the program has not taken. */
  waiting(slot: number): number {
    return (this.get(this.slotWord(slot, SLOT.RECEIVED)) - this.get(this.slotWord(slot, SLOT.TAKEN))) | 0;
  }

  /** Bytes that can still be put into a slot's ring. */
  room(slot: number): number {
    return RECEIVE_RING - this.waiting(slot);
  }
}

/** The level that a pin has: what the program drives, else what is wired to it, else what its pull resistor makes of it. */
export function padLevel(shared: SharedState, pin: number): 0 | 1 {
  const word = (index: number) => shared.get(shared.pinWord(pin, index));
  const mode = word(PIN.MODE);
  const driven = word(PIN.LEVEL) === 0 ? 0 : 1;
  if (mode & MODE.OUTPUT && (!(mode & MODE.OPEN_DRAIN) || driven === 0)) return driven;
  const world = word(PIN.WORLD);
  if (world !== 0) return world === 1 ? 0 : 1;
  return word(PIN.PULL) & 2 ? 1 : 0;
}

/** Sets levels and voltages that pins are wired to, without telling anybody. */
export function padsOf(shared: SharedState): Pads {
  return {
    level: (pin, level) => shared.set(shared.pinWord(pin, PIN.WORLD), level === 0 ? 1 : 2),
    volts: (pin, volts) => shared.set(shared.pinWord(pin, PIN.MICROVOLTS), Math.round(volts * 1e6)),
  };
}

/** Copies into a ring at a running position; the caller has checked that it fits. */
export function putRing(ring: Uint8Array, position: number, bytes: Uint8Array): void {
  const at = position & (ring.length - 1);
  const first = Math.min(bytes.length, ring.length - at);
  ring.set(bytes.subarray(0, first), at);
  if (first < bytes.length) ring.set(bytes.subarray(first), 0);
}

/** Copies out of a ring at a running position. */
export function takeRing(ring: Uint8Array, position: number, into: Uint8Array): void {
  const at = position & (ring.length - 1);
  const first = Math.min(into.length, ring.length - at);
  into.set(ring.subarray(at, at + first));
  if (first < into.length) into.set(ring.subarray(0, into.length - first), first);
}
