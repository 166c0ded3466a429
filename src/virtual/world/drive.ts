/** How a differential drive moves. SI units; angles in radians, counter-clockwise from +x. */

export interface Pose {
  /** Metres. */
  x: number;
  y: number;
  /** Radians, counter-clockwise from +x; not wrapped: it counts turns. */
  heading: number;
}

/** What a motor is told. */
export interface Command {
  /** 1 forward, -1 backward, 0 brake. */
  direction: -1 | 0 | 1;
  /** 0 to 1 */
  duty: number;
}

/**
 * The speed that a wheel comes to, rad/s: proportional to the motor's mean voltage above what friction takes.
 * @param topSpeed rad/s at full duty and nominal voltage
 * @param deadZone duty that friction takes, 0 to 1
 * @param share volts now, of nominal ones
 */
export function settledSpeed(
  { direction, duty }: Command,
  { topSpeed, deadZone }: { topSpeed: number; deadZone: number },
  share: number,
): number {
  return direction * topSpeed * Math.max(0, (duty * share - deadZone) / (1 - deadZone));
}

/**
 * A motor of first order, τ dω/dt = ω∞ − ω, solved exactly for a step of `dt` (P. Corke, "Robotics, Vision and Control", 2nd ed., 9.1.6: a
 * motor's mechanical time constant; its electrical one is too short to matter).
 * @returns speed at the end, and the angle turned, radians
 */
export function motorStep(
  speed: number,
  settled: number,
  dt: number,
  time: number,
): { speed: number; angle: number } {
  const left = Math.exp(-dt / time);
  return {
    speed: settled + (speed - settled) * left,
    angle: settled * dt + (speed - settled) * time * (1 - left),
  };
}

/**
 * Where the axle's middle is after the wheels have rolled so far without slip, metres: a circular arc, exactly (R. Siegwart and I. Nourbakhsh,
 * "Introduction to Autonomous Mobile Robots", 3.2.2 and 5.2.4, with the arc's chord in place of their small angle).
 */
export function rolled(pose: Pose, left: number, right: number, wheelBase: number): Pose {
  const turn = (right - left) / wheelBase;
  const half = turn / 2;
  // The chord of an arc of this length.
  const chord =
    ((left + right) / 2) * (Math.abs(half) < 1e-6 ? 1 - (half * half) / 6 : Math.sin(half) / half);
  const direction = pose.heading + half;
  return {
    x: pose.x + chord * Math.cos(direction),
    y: pose.y + chord * Math.sin(direction),
    heading: pose.heading + turn,
  };
}
