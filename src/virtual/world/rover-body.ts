/** The rover's mechanics: motors, battery, motion and walls, a step at a time. */
import { drained, type Load, underLoad } from './battery.ts';
import { type Command, motorStep, rolled, settledSpeed } from './drive.ts';
import type { RoverParameters } from './parameters.ts';
import { deepest, type Room } from './room.ts';
import { type RoverState, STATE } from './rover-state.ts';

/** Below this a wheel that nobody drives stands still, rad/s. */
const STILL = 1e-3;
/** Pushes out of walls a step: a corner needs two. */
const PUSHES = 4;

export class RoverBody {
  readonly left: Command = { direction: 0, duty: 0 };
  readonly right: Command = { direction: 0, duty: 0 };
  readonly #room: Room;
  readonly #parameters: RoverParameters;
  readonly #state: RoverState;
  /** Top speeds of the motors, which are not quite alike, rad/s. */
  readonly #tops: { left: number; right: number };

  /** @param mismatch -1 to 1: how the motors differ, of what the parameters allow */
  constructor(room: Room, parameters: RoverParameters, state: RoverState, mismatch: number) {
    this.#room = room;
    this.#parameters = parameters;
    this.#state = state;
    const differ = (parameters.mismatch * mismatch) / 2;
    this.#tops = { left: parameters.topSpeed * (1 + differ), right: parameters.topSpeed * (1 - differ) };
  }

  /** Whether anything moves, or is about to. */
  get moves(): boolean {
    const driven = ({ direction, duty }: Command) => direction !== 0 && duty > 0;
    return (
      driven(this.left) ||
      driven(this.right) ||
      this.#state.get(STATE.LEFT_SPEED) !== 0 ||
      this.#state.get(STATE.RIGHT_SPEED) !== 0
    );
  }

  /** Goes on by `dt` seconds. @param atMs when that is, for contacts */
  step(dt: number, atMs: number): void {
    const share = this.#draw(dt) / this.#parameters.nominalVolts;
    const left = this.#turn(this.left, this.#tops.left, STATE.LEFT_SPEED, STATE.LEFT_ANGLE, share, dt);
    const right = this.#turn(this.right, this.#tops.right, STATE.RIGHT_SPEED, STATE.RIGHT_ANGLE, share, dt);
    if (left !== 0 || right !== 0) this.#move(left, right, dt, atMs);
  }

  /** Nothing moves for so many seconds. */
  rest(dt: number): void {
    this.#draw(dt);
  }

  /** Volts under load; what is drawn in `dt` seconds is gone. */
  #draw(dt: number): number {
    const { battery } = this.#parameters;
    const charge = this.#state.get(STATE.CHARGE);
    const loads = [
      this.#load(this.left, this.#tops.left, STATE.LEFT_SPEED),
      this.#load(this.right, this.#tops.right, STATE.RIGHT_SPEED),
    ];
    const { volts, amperes } = underLoad(battery, charge, loads);
    this.#state.set(STATE.CHARGE, drained(battery, charge, amperes, dt));
    this.#state.set(STATE.VOLTS, volts);
    return volts;
  }

  #load({ direction, duty }: Command, top: number, speed: number): Load {
    const voltsPerSpeed = this.#parameters.nominalVolts / top;
    return { duty: direction * duty, backVolts: this.#state.get(speed) * voltsPerSpeed };
  }

  /** Turns one wheel. @returns metres that it rolled */
  #turn(command: Command, top: number, speed: number, angle: number, share: number, dt: number): number {
    const { motorTime, deadZone, wheelRadius } = this.#parameters;
    const settled = settledSpeed(command, { topSpeed: top, deadZone }, share);
    const before = this.#state.get(speed);
    if (settled === 0 && Math.abs(before) < STILL) {
      this.#state.set(speed, 0);
      return 0;
    }
    const step = motorStep(before, settled, dt, motorTime);
    this.#state.set(speed, step.speed);
    this.#state.set(angle, this.#state.get(angle) + step.angle);
    return step.angle * wheelRadius;
  }

  /** Where the wheels roll it; a wall takes what goes into it, and the wheels slip. */
  #move(left: number, right: number, dt: number, atMs: number): void {
    const { bodyRadius, wheelBase } = this.#parameters;
    const state = this.#state;
    const before = state.pose;
    const pose = rolled(before, left, right, wheelBase);
    const stepX = pose.x - before.x;
    const stepY = pose.y - before.y;
    let touches = false;
    for (let push = 0; push < PUSHES; push++) {
      const wall = deepest(this.#room, pose.x, pose.y, bodyRadius);
      if (!wall || wall.depth < 1e-9) break;
      if (!touches && state.get(STATE.TOUCHES) === 0) {
        const speed = Math.max(0, -(stepX * wall.x + stepY * wall.y)) / dt;
        state.touched({ atMs, x: before.x, y: before.y, angle: Math.atan2(-wall.y, -wall.x), speed });
      }
      touches = true;
      if (wall.x === 0 && wall.y === 0) {
        // A wall was put where it stands.
        pose.x = before.x;
        pose.y = before.y;
        break;
      }
      pose.x += wall.x * wall.depth;
      pose.y += wall.y * wall.depth;
    }
    state.set(STATE.TOUCHES, touches ? 1 : 0);
    state.set(STATE.DRIVEN, state.get(STATE.DRIVEN) + Math.hypot(pose.x - before.x, pose.y - before.y));
    state.pose = pose;
  }
}
