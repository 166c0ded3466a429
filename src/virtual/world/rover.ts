/** A rover in a room, as the main thread sees it: where it is, and what it ran into. Its board's thread moves it. */
import { EventEmitter } from 'node:events';
import { type Clock, systemClock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { VirtualBoard } from '../board.ts';
import type { Pose } from './drive.ts';
import { type RoverParameters, STANDARD_ROVER, STANDARD_WIRING, type Wiring } from './parameters.ts';
import type { Room } from './room.ts';
import { CONTACT_RING, type Contact, RoverState, STATE } from './rover-state.ts';
import { type RoverSetup, RoverWorld } from './rover-world.ts';

/** How often it is looked at for events, ms. */
const LOOK_MS = 50;
/** A board that is off moves nothing; what rolls on is moved here when nobody has for so long, ms of the board's time. */
const LEFT_MS = 200;
/** Contacts that are kept. */
const MOST_CONTACTS = 1_000;

export interface PlaceOptions {
  room: Room;
  /** Of the axle's middle, metres; heading in radians, counter-clockwise from +x. */
  pose: Pose;
  /** STANDARD_WIRING unless told. */
  wiring?: Wiring;
  /** Of all that is random: how the motors differ, noise. 1 unless told. */
  seed?: number;
  /** What differs from STANDARD_ROVER. */
  parameters?: Partial<RoverParameters>;
  /** Of the battery, 0 to 1; full unless told. */
  charge?: number;
  /** Of this computer, for events. */
  clock?: Clock;
}

export interface RoverEvents {
  /** It ran into a wall. */
  contact: [Contact];
  /** It is somewhere else than 50 ms ago. */
  moved: [Pose];
}

export interface Wheel {
  /** Radians turned, forward positive. */
  angle: number;
  /** rad/s */
  speed: number;
}

export class VirtualRover extends EventEmitter<RoverEvents> {
  readonly room: Room;
  readonly parameters: RoverParameters;
  readonly #board: VirtualBoard;
  readonly #setup: RoverSetup;
  readonly #state: RoverState;
  readonly #clock: Clock;
  readonly #placed: number;
  readonly #contacts: Contact[] = [];
  #seen = 0;
  #last: Pose;
  #looking: { cancel(): void } | undefined;
  #closed = false;

  /** Use `placeRover()`. */
  constructor(board: VirtualBoard, options: PlaceOptions) {
    super();
    const { room, pose, wiring = STANDARD_WIRING, seed = 1, charge = 1, clock = systemClock } = options;
    this.room = room;
    this.parameters = { ...STANDARD_ROVER, ...options.parameters };
    this.#board = board;
    this.#clock = clock;
    this.#state = new RoverState();
    this.#placed = board.air.pace.now();
    this.#state.set(STATE.TIME, this.#placed);
    this.#state.set(STATE.DICE, seed);
    this.#state.set(STATE.CHARGE, charge);
    this.#state.pose = pose;
    this.#last = this.#state.pose;
    this.#setup = {
      room: room.setup,
      state: this.#state.buffer,
      wiring,
      parameters: this.parameters,
      mismatch: this.#state.dice.even() * 2 - 1,
    };
    board.wire(this.#setup);
    // Levels and voltage are there before the program is.
    this.#world();
    this.#look();
  }

  #world(): RoverWorld {
    const pads = {
      level: (pin: number, level: 0 | 1) => this.#board.pin(pin).set(level),
      volts: (pin: number, volts: number) => this.#board.pin(pin).setVoltage(volts),
    };
    return new RoverWorld(this.#setup, pads);
  }

  /** With the board off the motors are, too: it rolls until it stands. */
  #settle(): void {
    if (this.#board.powered || this.#closed) return;
    const now = this.#board.air.pace.now();
    if (now - this.#state.get(STATE.TIME) < LEFT_MS) return;
    const world = this.#world();
    while (world.next(now));
  }

  /** Where the axle's middle is, metres; the heading counts turns. */
  get pose(): Pose {
    this.#settle();
    return this.#state.pose;
  }

  get wheels(): { left: Wheel; right: Wheel } {
    this.#settle();
    const word = (at: number) => this.#state.get(at);
    return {
      left: { angle: word(STATE.LEFT_ANGLE), speed: word(STATE.LEFT_SPEED) },
      right: { angle: word(STATE.RIGHT_ANGLE), speed: word(STATE.RIGHT_SPEED) },
    };
  }

  /** How fast it goes as its wheels turn: m/s, and rad/s counter-clockwise. */
  get speed(): { linear: number; angular: number } {
    const { left, right } = this.wheels;
    const { wheelRadius, wheelBase } = this.parameters;
    return {
      linear: ((left.speed + right.speed) / 2) * wheelRadius,
      angular: ((right.speed - left.speed) * wheelRadius) / wheelBase,
    };
  }

  /** Volts under load, and what is left of the charge, 0 to 1. */
  get battery(): { volts: number; charge: number } {
    this.#settle();
    return { volts: this.#state.get(STATE.VOLTS), charge: this.#state.get(STATE.CHARGE) };
  }

  /** Metres driven. */
  get driven(): number {
    this.#settle();
    return this.#state.get(STATE.DRIVEN);
  }

  /** Milliseconds of the board's time since it was placed, up to which it has moved. */
  get timeMs(): number {
    this.#settle();
    return this.#state.get(STATE.TIME) - this.#placed;
  }

  /** How often it has run into a wall. */
  get contactCount(): number {
    this.#settle();
    return this.#state.get(STATE.CONTACTS);
  }

  /** The last contacts, up to a thousand. */
  get contacts(): readonly Contact[] {
    this.#take();
    return this.#contacts;
  }

  #take(): void {
    const count = this.contactCount;
    for (let number = Math.max(this.#seen, count - CONTACT_RING); number < count; number++) {
      const contact = this.#state.contact(number);
      contact.atMs -= this.#placed;
      this.#contacts.push(contact);
      if (this.#contacts.length > MOST_CONTACTS) this.#contacts.shift();
      this.emit('contact', contact);
    }
    this.#seen = count;
  }

  #look(): void {
    this.#looking = this.#clock.alarm(LOOK_MS, () => {
      if (this.#closed) return;
      this.#take();
      const { pose } = this;
      const { x, y, heading } = this.#last;
      if (pose.x !== x || pose.y !== y || pose.heading !== heading) {
        this.#last = pose;
        this.emit('moved', pose);
      }
      this.#look();
    });
  }

  /** Takes it away: its pins are wired to nothing from the board's next power on, and nothing moves any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#looking?.cancel();
    this.#state.set(STATE.GONE, 1);
    this.#board.wire(undefined);
  }
}

/**
 * Puts a rover in a room and wires it to the board's pins, before the board is powered on.
 * @throws KitelineError BAD_ARGUMENT where it does not fit, or when the board runs already
 */
export function placeRover(board: VirtualBoard, options: PlaceOptions): VirtualRover {
  const { room, pose, parameters } = options;
  const radius = parameters?.bodyRadius ?? STANDARD_ROVER.bodyRadius;
  if (board.powered) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        `The board "${board.name}" runs already: place its rover before run().`,
        `板 "${board.name}" 已在运行：请在 run() 之前放置小车。`,
      ),
    );
  }
  if (!room.fits(pose.x, pose.y, radius)) {
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        `The rover of the board "${board.name}" does not fit at (${pose.x}, ${pose.y}): there is a wall within ${radius} m.`,
        `板 "${board.name}" 的小车放不进 (${pose.x}, ${pose.y})：${radius} 米内有墙。`,
      ),
    );
  }
  return new VirtualRover(board, options);
}
