/** A serial port: bytes both ways, and the two lines that reset a board. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { formatHostPort, type HostPort } from '../transport/address.ts';
import { DevicePort } from './device.ts';
import { placeOfPort } from './port-name.ts';
import { Rfc2217Port } from './rfc2217.ts';

/** What MicroPython's REPL speaks on a board with a USB bridge; a board with USB of its own takes any speed. */
export const BAUD = 115_200;
const CONNECT_MS = 10_000; // a serial server in the same building answers in milliseconds

/** The control lines of a serial port, as pyserial calls them: true is asserted. */
export interface Lines {
  dtr?: boolean;
  rts?: boolean;
}

/** `name` is what the person wrote. */
export type Port = Duplex & {
  readonly name: string;
  /** Where the port has no such lines (a pseudo-terminal, bare TCP) nothing happens. */
  setLines(lines: Lines): Promise<void>;
};

/**
 * Opens `/dev/ttyUSB0`, `/dev/cu.usbserial-10`, `COM3`, a serial server `rfc2217://HOST:PORT`, or bare TCP `socket://HOST:PORT`.
 * @throws KitelineError NOT_FOUND, PORT_TAKEN, NOT_ALLOWED, REFUSED, UNREACHABLE, BAD_ARGUMENT, USAGE
 */
export async function openPort(name: string, baud = BAUD): Promise<Port> {
  const place = placeOfPort(name);
  if (place.scheme === undefined) return DevicePort.open(name, baud);
  const socket = await openTcp(place.at);
  if (place.scheme === 'rfc2217') return Rfc2217Port.open(socket, name, baud);
  return Object.assign(socket, { name, setLines: async () => {} });
}

async function openTcp(at: HostPort) {
  const address = formatHostPort(at.host, at.port);
  const socket = connect({ ...at, noDelay: true });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    return socket;
  } catch (cause) {
    socket.destroy();
    const isRefused = cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
    throw new KitelineError(
      isRefused ? 'REFUSED' : 'UNREACHABLE',
      isRefused
        ? say(`Nothing listens at ${address}.`, `${address} 没有程序在监听。`)
        : say(`${address} cannot be reached.`, `无法连接 ${address}。`),
      { cause },
    );
  }
}

/** How long EN is held low; esptool's figure. */
const RESET_MS = 100;

/** Presses the reset button by wire, where the board has esptool's circuit: RTS pulls EN low, DTR stays off GPIO0. */
export async function pulseReset(port: Port, wait: (ms: number) => Promise<unknown>): Promise<void> {
  await port.setLines({ dtr: false, rts: true });
  await wait(RESET_MS);
  await port.setLines({ dtr: false, rts: false });
}
