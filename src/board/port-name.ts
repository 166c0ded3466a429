/** What a port is called, before it is opened. */
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { type HostPort, parseHostPort } from '../transport/address.ts';

/** A device of this computer has no scheme. */
export type PortPlace = { scheme: 'rfc2217' | 'socket'; at: HostPort } | { scheme?: undefined };

/** @throws KitelineError BAD_ARGUMENT */
export function placeOfPort(name: string): PortPlace {
  const [, scheme, address = ''] = /^([a-z0-9]+):\/\/([^/?]*)/i.exec(name) ?? [];
  const known = scheme?.toLowerCase();
  if (known === undefined && name !== '') return {};
  if (known === 'rfc2217' || known === 'socket') return { scheme: known, at: parseHostPort(address) };
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${name}" is no serial port: write for example /dev/ttyUSB0, COM3, rfc2217://HOST:PORT or socket://HOST:PORT.`,
      `“${name}”不是串口：请写成例如 /dev/ttyUSB0、COM3、rfc2217://主机:端口 或 socket://主机:端口。`,
    ),
  );
}

/** The name, if it can be one. @throws KitelineError BAD_ARGUMENT */
export function portNamed(name: string): string {
  placeOfPort(name);
  return name;
}
