/** All that a rover is at a moment, in memory that the board's thread, which moves it, and the main thread share. */
import { Dice } from './dice.ts';
import type { Pose } from './drive.ts';

/** Words (Float64). */
export const STATE = {
  /** Up to when the world has gone on: milliseconds of the board's time. */
  TIME: 0,
  X: 1,
  Y: 2,
  HEADING: 3,
  /** Radians that the wheels have turned. */
  LEFT_ANGLE: 4,
  RIGHT_ANGLE: 5,
  /** rad/s */
  LEFT_SPEED: 6,
  RIGHT_SPEED: 7,
  /** Of the battery, 0 to 1. */
  CHARGE: 8,
  VOLTS: 9,
  /** Contacts with walls ever. */
  CONTACTS: 10,
  /** 1 while the body touches a wall. */
  TOUCHES: 11,
  DICE: 12,
  /** 1: the rover was taken away. */
  GONE: 13,
  /** Metres that it has driven. */
  DRIVEN: 14,
} as const;

/** The last so many contacts can be read. */
export const CONTACT_RING = 64;
const CONTACT_WORDS = 5;
const CONTACTS_AT = 16;

/** The rover ran into a wall. */
export interface Contact {
  /** Milliseconds of the board's time since the rover was placed. */
  atMs: number;
  /** Where its middle was, metres. */
  x: number;
  y: number;
  /** Where the wall is from there, radians counter-clockwise from +x. */
  angle: number;
  /** How fast it ran into it, m/s. */
  speed: number;
}

export class RoverState {
  readonly buffer: SharedArrayBuffer;
  readonly words: Float64Array;
  readonly dice: Dice;

  constructor(buffer = new SharedArrayBuffer((CONTACTS_AT + CONTACT_RING * CONTACT_WORDS) * 8)) {
    this.buffer = buffer;
    this.words = new Float64Array(buffer);
    this.dice = new Dice(this.words, STATE.DICE);
  }

  get(word: number): number {
    return this.words[word] as number;
  }

  set(word: number, value: number): void {
    this.words[word] = value;
  }

  get pose(): Pose {
    return { x: this.get(STATE.X), y: this.get(STATE.Y), heading: this.get(STATE.HEADING) };
  }

  set pose({ x, y, heading }: Pose) {
    this.set(STATE.X, x);
    this.set(STATE.Y, y);
    this.set(STATE.HEADING, heading);
  }

  /** Keeps a contact; the oldest of more than `CONTACT_RING` is overwritten. */
  touched({ atMs, x, y, angle, speed }: Contact): void {
    const count = this.get(STATE.CONTACTS);
    this.words.set([atMs, x, y, angle, speed], CONTACTS_AT + (count % CONTACT_RING) * CONTACT_WORDS);
    this.set(STATE.CONTACTS, count + 1);
  }

  /** Contact number `number` from 0, while it is still there. */
  contact(number: number): Contact {
    const at = CONTACTS_AT + (number % CONTACT_RING) * CONTACT_WORDS;
    const [atMs = 0, x = 0, y = 0, angle = 0, speed = 0] = this.words.subarray(at, at + CONTACT_WORDS);
    return { atMs, x, y, angle, speed };
  }
}
