/**
 * `kiteline/virtual`: virtual ESP32s that run real MicroPython with real sockets.
 *
 * ```ts
 * const board = await virtualBoard({ files: { 'main.py': 'print("hello")' } });
 * board.on('stdout', (bytes) => process.stdout.write(bytes));
 * await board.run();
 * await board.close();
 * ```
 */

export { FastClock } from '../clock.ts';
export { VirtualBoard, virtualBoard } from './board.ts';
export type { AccessPoint, Security } from './host/access-point.ts';
export {
  Air,
  type AirOptions,
  type Attempt,
  type Cut,
  type Direction,
  type Fault,
  type Step,
} from './host/air.ts';
export type { Firewall } from './host/firewall.ts';
export { type Climate, type Drive, VirtualPin } from './host/pins.ts';
export { CALM, type Weather } from './host/weather.ts';
export { boardLibrary } from './library.ts';
export type { Kept } from './messages.ts';
export type { RunEnd, VirtualBoardOptions } from './options.ts';
export { type Lines, SerialEnd } from './serial/end.ts';
export { type SerialFaults, SerialPort } from './serial/port.ts';
export { openPty, type SerialPty } from './serial/pty.ts';
export { type SerialServer, serveRfc2217 } from './serial/rfc2217.ts';
export type { Pose } from './world/drive.ts';
export {
  type Motor,
  type RoverParameters,
  STANDARD_ROVER,
  STANDARD_WIRING,
  type Wiring,
} from './world/parameters.ts';
export { Room } from './world/room.ts';
export { type PlaceOptions, placeRover, type RoverEvents, VirtualRover } from './world/rover.ts';
export type { Contact } from './world/rover-state.ts';
