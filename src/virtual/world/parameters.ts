/** What a rover is: its size, motors, battery and sensors, in SI units. */

/** GPIO numbers. examples/rover's README tells how to build it. */
export interface Wiring {
  /** A driver such as L298N or TB6612: IN1 high and IN2 low is forward, the other way round backward, both alike a brake. */
  left: Motor;
  right: Motor;
  /** HC-SR04. */
  trigger: number;
  echo: number;
  /** A pin of ADC1, behind a divider: ADC2 does not work while Wi-Fi does. */
  battery: number;
}

export interface Motor {
  in1: number;
  in2: number;
  pwm: number;
  /** Channels of the wheel's encoder; A leads by a quarter of a slot. */
  a: number;
  b: number;
}

export const STANDARD_WIRING: Readonly<Wiring> = {
  left: { in1: 25, in2: 26, pwm: 27, a: 34, b: 35 },
  right: { in1: 32, in2: 13, pwm: 14, a: 36, b: 39 },
  trigger: 5,
  echo: 18,
  battery: 33,
};

export interface RoverParameters {
  /** The body is round, metres. */
  bodyRadius: number;
  /** Metres. */
  wheelRadius: number;
  /** From wheel to wheel, metres. */
  wheelBase: number;
  /** A wheel's speed at full duty and nominal voltage, rad/s. */
  topSpeed: number;
  nominalVolts: number;
  /** Time constant of a motor with its load, s. */
  motorTime: number;
  /** Duty below which friction holds a wheel, 0 to 1. */
  deadZone: number;
  /** The motors' top speeds differ from each other by up to this share, as the seed has it. */
  mismatch: number;
  /** Slots of an encoder's disc: four edges each, two on each channel. */
  slots: number;
  battery: BatteryParameters;
  range: RangeParameters;
}

export interface BatteryParameters {
  /** Without load, full and empty. */
  fullVolts: number;
  emptyVolts: number;
  /** Ampere-hours. */
  capacity: number;
  /** Ohm, inside of the battery. */
  resistance: number;
  /** Ohm of a motor's winding. */
  motorResistance: number;
  /** Ampere that the chip and the driver take. */
  idleCurrent: number;
  /** The divider: volts of the battery a volt at the pin. */
  divider: number;
}

export interface RangeParameters {
  /** Of the sensor in front of the axle's middle, metres. */
  ahead: number;
  /** Nothing is measured beyond, and less is measured as `least`, metres. */
  most: number;
  least: number;
  /** Whole angle of the cone, radians. */
  cone: number;
  /** Standard deviation, metres. */
  noise: number;
  /** Share of pulses of which no echo comes back. */
  misses: number;
}

export const STANDARD_ROVER: Readonly<RoverParameters> = {
  bodyRadius: 0.09,
  wheelRadius: 0.033,
  wheelBase: 0.15,
  topSpeed: 0.6 / 0.033,
  nominalVolts: 7.4,
  motorTime: 0.1,
  deadZone: 0.1,
  mismatch: 0.03,
  slots: 180,
  battery: {
    // Two cells of lithium ions.
    fullVolts: 8.4,
    emptyVolts: 6.4,
    capacity: 2,
    resistance: 0.15,
    motorResistance: 7,
    idleCurrent: 0.15,
    divider: 3,
  },
  range: {
    ahead: 0.08,
    // HC-SR04 datasheet: 2 cm to 4 m, 15 degrees, 3 mm.
    most: 4,
    least: 0.02,
    cone: Math.PI / 12,
    noise: 0.003,
    misses: 0.01,
  },
};
