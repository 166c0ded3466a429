/** The battery, and how its voltage sags under the motors. */
import type { BatteryParameters } from './parameters.ts';

/** A motor as the battery sees it. */
export interface Load {
  /** -1 to 1; 0 takes nothing. */
  duty: number;
  /** Volts that it makes by turning, positive forward. */
  backVolts: number;
}

/** Volts without load: a straight line from empty to full. @param charge 0 to 1 */
export function openVolts({ emptyVolts, fullVolts }: BatteryParameters, charge: number): number {
  return emptyVolts + (fullVolts - emptyVolts) * charge;
}

/**
 * Volts and amperes under load: V = E − R·I, where each motor behind its bridge takes d·(d·V − e)/Rm (W. Leonhard, "Control of Electrical
 * Drives", on choppers: the mean current of the supply is the duty's share of the motor's). It is linear in V, so solved at once.
 * A motor that turns faster than its voltage drives it gives nothing back: its current goes through the bridge's diodes.
 */
export function underLoad(
  battery: BatteryParameters,
  charge: number,
  loads: readonly Load[],
): { volts: number; amperes: number } {
  const open = openVolts(battery, charge);
  const { resistance, motorResistance, idleCurrent } = battery;
  let perVolt = 0;
  let fixed = idleCurrent;
  for (const { duty, backVolts } of loads) {
    if (duty === 0 || Math.abs(duty) * open <= backVolts * Math.sign(duty)) continue;
    perVolt += (duty * duty) / motorResistance;
    fixed -= (duty * backVolts) / motorResistance;
  }
  const volts = (open - resistance * fixed) / (1 + resistance * perVolt);
  return { volts, amperes: fixed + perVolt * volts };
}

/** What is left of the charge after `dt` seconds. */
export function drained(
  { capacity }: BatteryParameters,
  charge: number,
  amperes: number,
  dt: number,
): number {
  return Math.max(0, charge - (amperes * dt) / (capacity * 3_600));
}
