/** Which serial ports there are, and which of them is the board. */
import { readdir } from 'node:fs/promises';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { exampleOfPort } from './port-error.ts';

export interface PortInfo {
  path: string;
  /** Who made what is plugged in there, as far as the system tells. */
  what: string;
}

/** What the `serialport` package tells of a port. */
interface Listed {
  path: string;
  manufacturer?: string | undefined;
  friendlyName?: string | undefined;
  vendorId?: string | undefined;
  productId?: string | undefined;
}

/** USB vendors of boards and of the bridges on them, where the system names none. */
const VENDORS: Record<string, string> = {
  '303a': 'Espressif',
  '10c4': 'Silicon Labs CP210x',
  '1a86': 'WCH CH340',
  '0403': 'FTDI',
  '067b': 'Prolific',
  f055: 'MicroPython',
};

/** Every serial port that is plugged in by USB; those that are built in have no board on them. */
export async function listPorts(): Promise<PortInfo[]> {
  const { SerialPort } = await import('serialport');
  try {
    return candidates(await SerialPort.list());
  } catch {
    return portsOfDev(); // Linux without udevadm, as in a container
  }
}

/** @param listed as the system names them */
export function candidates(listed: readonly Listed[]): PortInfo[] {
  return listed
    .filter(({ vendorId }) => vendorId !== undefined)
    .map(({ path, friendlyName, manufacturer, vendorId = '' }) => ({
      // macOS has two names for each; opening tty.… waits for a carrier that never comes.
      path: path.replace(/^\/dev\/tty\./, '/dev/cu.'),
      what: friendlyName ?? manufacturer ?? VENDORS[vendorId.toLowerCase()] ?? '',
    }));
}

async function portsOfDev(): Promise<PortInfo[]> {
  const names = await readdir('/dev').catch(() => []);
  return names
    .filter((name) => /^(ttyUSB|ttyACM|cu\.usb|cu\.wch|cu\.SLAB)/.test(name))
    .map((name) => ({ path: `/dev/${name}`, what: '' }));
}

/**
 * The one candidate.
 * @throws KitelineError NOT_FOUND when there is none, USAGE when there are several
 */
export function onlyPort(ports: readonly PortInfo[]): string {
  const [first, second] = ports;
  if (first && !second) return first.path;
  if (!first) throw new KitelineError('NOT_FOUND', noneText());
  const names = ports.map(({ path, what }) => `  --port ${path}${what && `  (${what})`}`).join('\n');
  throw new KitelineError(
    'USAGE',
    say(`Several boards are plugged in. Say which:\n${names}`, `插着多块板子，请指明：\n${names}`),
  );
}

function noneText(): string {
  const example = exampleOfPort();
  return say(
    `No board is plugged in by USB. Many cables only charge: try another one. A board with a CP210x or CH340 chip may need its driver (Windows, older macOS). A port that is not found is named with --port, for example --port ${example}.`,
    `没有通过 USB 插入的板子。很多线只能充电：请换一根试试。带 CP210x 或 CH340 芯片的板子可能需要驱动（Windows、旧版 macOS）。未被找到的串口可用 --port 指明，例如 --port ${example}。`,
  );
}
