/** A rover on a board's pins: motors and trigger in, encoders, echo and battery out. It goes on in steps of a fixed length. */
import { edgesAt, levelA, levelB } from './encoder.ts';
import type { Motor, RoverParameters, Wiring } from './parameters.ts';
import { BURST_MS, echoMs, measured } from './range-finder.ts';
import { Room, type RoomSetup } from './room.ts';
import { RoverBody } from './rover-body.ts';
import { RoverState, STATE } from './rover-state.ts';
import type { Pads, PinChange, Pulse, World } from './world.ts';

/** Of a step, ms: at top speed a wheel passes two edges in it, and the body 0.6 mm. */
export const STEP_MS = 1;
/** What the world does not make up for, ms: a computer that slept. */
const LOST_MS = 60_000;

/** A placed rover, for another thread. */
export interface RoverSetup {
  room: RoomSetup;
  state: SharedArrayBuffer;
  wiring: Wiring;
  parameters: RoverParameters;
  /** -1 to 1: how the motors differ. */
  mismatch: number;
}

interface Change extends PinChange {
  at: number;
}

export class RoverWorld implements World {
  readonly #state: RoverState;
  readonly #room: Room;
  readonly #body: RoverBody;
  readonly #wiring: Wiring;
  readonly #parameters: RoverParameters;
  readonly #pads: Pads;
  readonly pins: readonly number[];
  levels = 0;
  /** Duty, or level, of every pin that the program drives. */
  readonly #driven = new Map<number, number>();
  /** In order of time. */
  readonly #changes: Change[] = [];
  #echo: Pulse | undefined;
  /** Nobody has measured it yet. */
  #isFresh = false;

  constructor(setup: RoverSetup, pads: Pads) {
    this.#state = new RoverState(setup.state);
    this.#room = new Room(setup.room);
    this.#wiring = setup.wiring;
    this.#parameters = setup.parameters;
    this.#body = new RoverBody(this.#room, setup.parameters, this.#state, setup.mismatch);
    this.#pads = pads;
    const { left, right, echo } = setup.wiring;
    this.pins = [left.a, left.b, right.a, right.b, echo];
    for (const [motor, word] of this.#wheels()) {
      const edges = edgesAt(this.#state.get(word), setup.parameters.slots);
      this.#set(motor.a, levelA(edges));
      this.#set(motor.b, levelB(edges));
    }
    this.show(this.levels);
    this.#publish();
  }

  #set(pin: number, level: 0 | 1): void {
    const bit = 1 << this.pins.indexOf(pin);
    this.levels = level === 1 ? this.levels | bit : this.levels & ~bit;
    this.#pads.level(pin, level);
  }

  show(levels: number): void {
    for (const [index, pin] of this.pins.entries()) this.#pads.level(pin, levels & (1 << index) ? 1 : 0);
  }

  #wheels(): [Motor, number][] {
    return [
      [this.#wiring.left, STATE.LEFT_ANGLE],
      [this.#wiring.right, STATE.RIGHT_ANGLE],
    ];
  }

  get time(): number {
    return this.#state.get(STATE.TIME);
  }

  get moves(): boolean {
    return this.#body.moves && this.#state.get(STATE.GONE) === 0;
  }

  get nextAt(): number {
    return this.#changes[0]?.at ?? Infinity;
  }

  /** An echo that was asked for counts from its beginning: that our thread came late to it would not happen to a chip. */
  pulse(pin: number, now: number): Pulse | undefined {
    const echo = pin === this.#wiring.echo ? this.#echo : undefined;
    const isFresh = this.#isFresh;
    if (echo) this.#isFresh = false;
    return echo && (isFresh || echo.to > now) ? { from: isFresh ? echo.from : now, to: echo.to } : undefined;
  }

  next(now: number): PinChange | undefined {
    const behind = now - this.time;
    if (behind > LOST_MS) this.#state.set(STATE.TIME, now - LOST_MS);
    for (;;) {
      const change = this.#changes[0];
      // What is to come between the last whole step and now comes alone.
      const whole = this.time + STEP_MS > now;
      if (change && change.at <= (whole ? now : this.time)) {
        this.#changes.shift();
        this.#set(change.pin, change.level);
        return change;
      }
      if (whole) break;
      this.#goOn(now);
    }
    if (behind >= STEP_MS) this.#publish();
    return undefined;
  }

  /** One step; while nothing moves, all of them up to `now` or the next change. */
  #goOn(now: number): void {
    const { time } = this;
    if (!this.moves) {
      const steps = Math.max(1, Math.floor((Math.min(now, this.nextAt) - time) / STEP_MS));
      this.#body.rest((steps * STEP_MS) / 1_000);
      this.#state.set(STATE.TIME, time + steps * STEP_MS);
      return;
    }
    const before = this.#wheels().map(([, word]) => this.#state.get(word));
    this.#body.step(STEP_MS / 1_000, time);
    this.#state.set(STATE.TIME, time + STEP_MS);
    for (const [index, [motor, word]] of this.#wheels().entries())
      this.#turned(motor, before[index] as number, this.#state.get(word), time);
    if (this.#changes.length > 1) this.#changes.sort((a, b) => a.at - b.at);
  }

  /** The edges that a wheel has passed in a step, each at its moment. */
  #turned(motor: Motor, from: number, to: number, time: number): void {
    const { slots } = this.#parameters;
    const perEdge = (2 * Math.PI) / (slots * 4);
    const last = edgesAt(to, slots);
    for (let edges = edgesAt(from, slots); edges !== last; ) {
      const forward = last > edges;
      // The border between this edge's sector and the next.
      const border = (forward ? edges + 1 : edges) * perEdge;
      const at = time + ((border - from) / (to - from)) * STEP_MS;
      const isA = levelA(edges) !== levelA(forward ? edges + 1 : edges - 1);
      edges += forward ? 1 : -1;
      this.#changes.push(
        isA ? { at, pin: motor.a, level: levelA(edges) } : { at, pin: motor.b, level: levelB(edges) },
      );
    }
  }

  #publish(): void {
    this.#pads.volts(this.#wiring.battery, this.#state.get(STATE.VOLTS) / this.#parameters.battery.divider);
  }

  drive(pin: number, _level: number, duty: number, now: number): void {
    const before = this.#driven.get(pin) ?? 0;
    this.#driven.set(pin, duty);
    const { left, right, trigger } = this.#wiring;
    this.#command(left, this.#body.left);
    this.#command(right, this.#body.right);
    if (pin === trigger && before > 0 && duty === 0) this.#measure(now);
  }

  #command(motor: Motor, command: { direction: -1 | 0 | 1; duty: number }): void {
    const in1 = this.#driven.get(motor.in1) ?? 0;
    const in2 = this.#driven.get(motor.in2) ?? 0;
    const pwm = this.#driven.get(motor.pwm) ?? 0;
    // The inputs may carry the PWM themselves, with the enable pin high: the difference drives.
    command.direction = Math.sign(in1 - in2) as -1 | 0 | 1;
    command.duty = Math.abs(in1 - in2) * pwm;
  }

  /** The trigger's pulse ends. A sensor that still listens to its last echo does not hear it. */
  #measure(now: number): void {
    this.#isFresh = false;
    if (this.#state.get(STATE.GONE) !== 0 || (this.#echo && now < this.#echo.to)) return;
    this.#isFresh = true;
    const { range } = this.#parameters;
    const distance = measured(this.#room, this.#state.pose, range, this.#state.dice);
    const from = now + BURST_MS;
    this.#echo = { from, to: from + echoMs(distance) };
    const pin = this.#wiring.echo;
    this.#changes.push({ at: from, pin, level: 1 }, { at: this.#echo.to, pin, level: 0 });
    this.#changes.sort((a, b) => a.at - b.at);
  }
}
