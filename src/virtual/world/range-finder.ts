/** An HC-SR04: a pulse on the trigger, and an echo as long as the sound needs to the next thing in its cone and back. */
import type { Dice } from './dice.ts';
import type { Pose } from './drive.ts';
import type { RangeParameters } from './parameters.ts';
import { castRay, type Room } from './room.ts';

/** Of sound in air at 20 °C, m/s (331.3 + 0.606 T). */
export const SOUND = 343.4;
/** From the trigger's end to the echo's beginning, ms: the sensor sends eight cycles of 40 kHz first. */
export const BURST_MS = 0.45;
/** How long the echo stays high when nothing comes back, ms (HC-SR04 datasheet). */
export const NOTHING_MS = 38;
/** Rays that stand for the cone. */
const RAYS = 11;

/** Metres to the nearest wall in the cone, from the sensor; Infinity when there is none in reach. */
export function nearest(room: Room, pose: Pose, { ahead, cone, most }: RangeParameters): number {
  const x = pose.x + ahead * Math.cos(pose.heading);
  const y = pose.y + ahead * Math.sin(pose.heading);
  let found = Infinity;
  for (let ray = 0; ray < RAYS; ray++) {
    const angle = pose.heading + cone * (ray / (RAYS - 1) - 0.5);
    found = Math.min(found, castRay(room, x, y, angle, most));
  }
  return found;
}

/** What the sensor makes of it: metres, or Infinity when it hears nothing. */
export function measured(room: Room, pose: Pose, range: RangeParameters, dice: Dice): number {
  const distance = nearest(room, pose, range);
  if (distance === Infinity || dice.even() < range.misses) return Infinity;
  const heard = Math.max(range.least, distance + range.noise * dice.normal());
  return heard > range.most ? Infinity : heard;
}

/** How long the echo is high, ms. */
export const echoMs = (distance: number): number =>
  distance === Infinity ? NOTHING_MS : ((2 * distance) / SOUND) * 1_000;
