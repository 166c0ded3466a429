/**
 * What somebody in the middle does to the lines between a board and its hub, as data: which line of which connection, and
 * what. Pure: the same lines and the same script, the same lies.
 */
import type { Direction } from '../../virtual/index.ts';

export const TAMPER_KINDS = [
  /** An older line of the same direction comes once more behind it, of this connection or of one before. */
  'replay',
  /** One byte of it is another. */
  'alter',
  /** It does not arrive. */
  'drop',
  /** The next one comes before it. */
  'swap',
  /** A line that nobody sent comes behind it. */
  'inject',
  /** It also comes back to whoever sent it. */
  'reflect',
] as const;
export type TamperKind = (typeof TAMPER_KINDS)[number];

/** What befalls one connection. */
export interface Tamper {
  direction: Direction;
  /** Of that direction, counted from 0 over the connection. */
  line: number;
  does: TamperKind;
  /** 0 to 1: which byte is altered, which older line is repeated, which lie is told. */
  at: number;
}

/** Where lines go on in place of one: in its own direction, and back to whoever sent it. */
export interface Passage {
  on: Buffer[];
  back: Buffer[];
}

/** The lab's number in everything that is forged; no board makes it, and nobody gives such a command or setpoint. */
export const FORGED = 987_654;

/** Lines and datagrams of each direction that can be repeated. */
const REMEMBERED = 300;

/** What has been overheard, of every connection of a board. */
export class Memory {
  readonly #heard: Record<Direction, Buffer[]> = { 'from-board': [], 'to-board': [] };

  keep(direction: Direction, unit: Buffer): void {
    const heard = this.#heard[direction];
    heard.push(unit);
    if (heard.length > REMEMBERED) heard.shift();
  }

  /** @param at 0 the oldest, 1 the newest */
  pick(direction: Direction, at: number): Buffer | undefined {
    const heard = this.#heard[direction];
    return heard[Math.min(heard.length - 1, Math.floor(at * heard.length))];
  }
}

/** The lines of one connection. */
export class TamperedLines {
  readonly #tamper: Tamper | undefined;
  readonly #memory: Memory;
  readonly #struck: (does: TamperKind) => void;
  #count = 0;
  #held: Buffer | undefined;

  /** @param struck called once, when it has been done */
  constructor(tamper: Tamper | undefined, memory: Memory, struck: (does: TamperKind) => void) {
    this.#tamper = tamper;
    this.#memory = memory;
    this.#struck = struck;
  }

  /** @param line with its LF */
  pass(direction: Direction, line: Buffer): Passage {
    this.#memory.keep(direction, line);
    if (direction !== this.#tamper?.direction) return { on: [line], back: [] };
    const held = this.#held;
    this.#held = undefined;
    if (held) return { on: [line, held], back: [] };
    if (this.#count++ !== this.#tamper.line) return { on: [line], back: [] };
    const { does, at } = this.#tamper;
    this.#struck(does);
    if (does !== 'swap') return tampered(direction, line, does, at, this.#memory);
    this.#held = line;
    return { on: [], back: [] };
  }
}

/** What comes of a line or datagram; one that is to be swapped is the caller's to hold. */
export function tampered(
  direction: Direction,
  unit: Buffer,
  does: Exclude<TamperKind, 'swap'>,
  at: number,
  memory: Memory,
): Passage {
  switch (does) {
    case 'drop':
      return { on: [], back: [] };
    case 'alter':
      return { on: [altered(unit, at)], back: [] };
    case 'replay':
      return { on: [unit, memory.pick(direction, at) ?? unit], back: [] };
    case 'reflect':
      return { on: [unit], back: [unit] };
    case 'inject':
      return { on: [unit, forged(direction, unit, at)], back: [] };
  }
}

const LF = 0x0a;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** One byte is another, and the line most often still what a parser takes: a digit stays a digit, a letter a letter. */
export function altered(unit: Buffer, at: number): Buffer {
  const end = unit.at(-1) === LF ? unit.length - 1 : unit.length;
  if (end === 0) return unit;
  const place = Math.min(end - 1, Math.floor(at * end));
  const copy = Buffer.from(unit);
  const byte = unit[place] ?? 0;
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  copy[place] = isDigit(byte) ? 0x30 + ((byte - 0x30 + 1) % 10) : byte ^ (isLetter ? 0x20 : 1);
  if (copy[place] === LF) copy[place] = byte ^ 2;
  return copy;
}

const FORGERIES: Record<Direction, readonly string[]> = {
  'from-board': [
    `{"lab.n":${FORGED},"made":1}`,
    `{"lab.n":${FORGED},"made":1,"$seq":${FORGED}}`,
    `{"jsonrpc":"2.0","id":1,"result":{"forged":true}}`,
    `{"jsonrpc":"2.0","method":"$bye","params":{"why":"forged"}}`,
  ],
  'to-board': [
    `{"jsonrpc":"2.0","id":${FORGED},"method":"mark","params":{"text":"forged","lab":${FORGED}}}`,
    `{"jsonrpc":"2.0","method":"$ack","params":{"seq":${FORGED}}}`,
    `{"jsonrpc":"2.0","method":"$set","params":{"control":"drive","n":${FORGED},"t":${FORGED},"args":{"k":${FORGED}}}}`,
    `{"jsonrpc":"2.0","method":"$bye","params":{"why":"replaced"}}`,
  ],
};

/**
 * A line that neither side has sent. Half of them look signed: with the number that comes next and a signature of the right
 * length, as somebody who lacks nothing but the key would write it.
 */
export function forged(direction: Direction, behind: Buffer, at: number): Buffer {
  const all = lies(direction, behind);
  return all[Math.min(all.length - 1, Math.floor(at * all.length))] ?? behind;
}

/** All of them. */
export function lies(direction: Direction, behind: Buffer): Buffer[] {
  const text = behind.toString();
  const end = text.endsWith('\n') ? '\n' : '';
  const [, session = '', counter = '0'] = /\t([0-9a-f]+\.)?(\d+)\.[0-9a-f]{16}\n?$/.exec(text) ?? [];
  const trailer = `\t${session}${Number(counter) + 1}.0123456789abcdef`;
  return FORGERIES[direction]
    .flatMap((lie) => [lie + end, lie + trailer + end])
    .map((lie) => Buffer.from(lie));
}
