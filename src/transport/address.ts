import { isIP, isIPv4 } from 'node:net';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';

/** Where something listens: a numeric address or a host name, and a port. */
export interface HostPort {
  host: string;
  port: number;
}

/**
 * Reads `HOST:PORT`: `192.168.1.7:9000`, `[::1]:9000`, `localhost:9000`, `pump.local:9000`.
 * @throws KitelineError BAD_ARGUMENT with a sentence that says what is wrong and shows the right form
 */
export function parseHostPort(text: string): HostPort {
  const bracketed = /^\[(.*)\](?::(.*))?$/s.exec(text);
  if (bracketed) {
    const host = bracketed[1] ?? '';
    // A scope (%eth0) belongs to a link-local address and is not part of what isIP judges.
    if (isIP(host.replace(/%.*$/, '')) !== 6) throw notAnAddress(text);
    return { host, port: parsePort(bracketed[2] ?? missingPort(text), 1) };
  }
  if (isIP(text.replace(/%.*$/, '')) === 6) {
    // The last group may have been meant as the port: ::1:9000 is an address, too.
    const split = /^(.*[^:]):(\d{2,5})$/.test(text) ? text.replace(/:(\d+)$/, ']:$1') : '';
    throw new KitelineError(
      'BAD_ARGUMENT',
      say(
        `An IPv6 address stands in brackets before its port: [${text}]:9000${split && `, or [${split}`}.`,
        `IPv6 地址要放在方括号里，后面接端口：[${text}]:9000${split && `，或 [${split}`}。`,
      ),
    );
  }
  const colon = text.lastIndexOf(':');
  if (colon === -1) missingPort(text);
  const host = text.slice(0, colon);
  if (!isHost(host)) throw notAnAddress(text);
  return { host, port: parsePort(text.slice(colon + 1), 1) };
}

/**
 * Reads a port number, `least` to 65535 (0 asks the system for a free one, where that makes sense).
 * @throws KitelineError BAD_ARGUMENT
 */
export function parsePort(text: string, least: 0 | 1 = 0): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= least && port <= 65_535) return port;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${text}" is not a port: a port is a whole number from ${least} to 65535.`,
      `“${text}”不是端口号：端口号是 ${least} 到 65535 之间的整数。`,
    ),
  );
}

/** `HOST:PORT` as one writes it, with brackets around IPv6. The reverse of parseHostPort. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether `host` means every address of this machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || (host.includes(':') && /^[0:]+$/.test(host));
}

/** Whether `host` is reachable from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function isHost(host: string): boolean {
  if (isIPv4(host)) return true;
  // Four numbers that are no IPv4 address are a typing error, not a name to ask the resolver for.
  if (/^[\d.]+$/.test(host)) return false;
  return host.length <= 253 && /^[\p{L}\p{N}_]([\p{L}\p{N}_.-]*[\p{L}\p{N}_.])?$/u.test(host);
}

function missingPort(text: string): never {
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${text}" has no port: write HOST:PORT, for example ${text || '192.168.1.7'}:9000.`,
      `“${text}”缺少端口：请写成 主机:端口，例如 ${text || '192.168.1.7'}:9000。`,
    ),
  );
}

function notAnAddress(text: string): KitelineError {
  return new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${text}" is not an address: write HOST:PORT, for example 192.168.1.7:9000, [::1]:9000 or localhost:9000.`,
      `“${text}”不是地址：请写成 主机:端口，例如 192.168.1.7:9000、[::1]:9000 或 localhost:9000。`,
    ),
  );
}
