/** The serial ports of a virtual board, for the tools that people use with real ones. */
import { say } from '../../language.ts';
import { formatHostPort, isLoopback, parseHostPort, parsePort } from '../../transport/address.ts';
import { openPty, serveRfc2217, type VirtualBoard } from '../../virtual/index.ts';
import { tell } from '../terminal.ts';

export interface PortOptions {
  /** A path that becomes a link to a pseudo-terminal. */
  pty?: string;
  /** `[HOST:]PORT` for RFC 2217. */
  serial?: string;
  /** Bits a second that the line takes; left out: as fast as it goes. */
  baud?: number;
}

export const hasPort = ({ pty, serial }: PortOptions): boolean => pty !== undefined || serial !== undefined;

/**
 * Opens them and says where they are.
 * @returns closes them
 * @throws KitelineError BAD_ARGUMENT, NOT_ALLOWED, PORT_TAKEN, ADDRESS_UNAVAILABLE
 */
export async function openPorts(
  board: VirtualBoard,
  { pty, serial, baud }: PortOptions,
): Promise<() => Promise<void>> {
  board.serial.baud = baud;
  const where: string[] = [];
  const at = serial === undefined ? undefined : address(serial);
  const server = at && (await serveRfc2217(board, at));
  try {
    const terminal = pty === undefined ? undefined : await openPty(board, pty);
    if (pty !== undefined) where.push(pty);
    if (at && server) where.push(`rfc2217://${formatHostPort(at.host, server.port)}`);
    tell(
      say(
        `The serial port is ${where.join(' and ')}: kiteline repl --port ${where[0]}, or mpremote connect ${where[0]}.`,
        `串口：${where.join(' 和 ')}。可用 kiteline repl --port ${where[0]}，或 mpremote connect ${where[0]}。`,
      ),
    );
    return async () => {
      terminal?.close();
      await server?.close();
    };
  } catch (error) {
    await server?.close();
    throw error;
  }
}

function address(text: string): { host: string; port: number } {
  const given = text.includes(':') ? parseHostPort(text) : { host: '127.0.0.1', port: parsePort(text) };
  if (!isLoopback(given.host)) {
    tell(
      say(
        `${given.host} can be reached from other computers: whoever connects there has the board.`,
        `${given.host} 可从其他电脑访问：任何连接者都能控制这块板。`,
      ),
    );
  }
  return given;
}
