import { readFile } from 'node:fs/promises';
import type { HostPort } from '../../transport/address.ts';
import { type Air, type VirtualBoard, virtualBoard } from '../../virtual/index.ts';

/** The network that the demo's programs join. */
export const SSID = 'workshop';
export const PASSWORD = 'kiteline';

/** Where examples/ stands, seen from src/commands/demo and from dist/commands/demo alike. */
export const EXAMPLES = new URL('../../../examples/', import.meta.url);

/** A virtual thermometer that sends to the hub by UDP: examples/plain-udp. Not yet switched on. */
export async function makeThermometer(name: string, hub: HostPort, air: Air): Promise<VirtualBoard> {
  const settings = { HUB: `"${hub.host}"`, PORT: String(hub.port) };
  const program = await example('plain-udp/main.py', settings);
  return virtualBoard({ name, air, files: { 'main.py': program } });
}

/** A virtual lamp, examples/plain-tcp/server.py, and the TCP port that it listens on. Not yet switched on. */
export async function makeLamp(name: string, air: Air): Promise<{ board: VirtualBoard; port: number }> {
  const board = await virtualBoard({ name, air });
  // Where boards have no address of their own, 9000 is likely the hub's.
  const port = board.address === '127.0.0.1' ? 9001 : 9000;
  board.write({ 'main.py': await example('plain-tcp/server.py', { PORT: String(port) }) });
  return { board, port };
}

/** The example with the settings at its top filled in, as a person would do it. */
async function example(path: string, settings: Record<string, string>): Promise<string> {
  let text = await readFile(new URL(path, EXAMPLES), 'utf8');
  const all = { WIFI_NAME: `"${SSID}"`, WIFI_PASSWORD: `"${PASSWORD}"`, ...settings };
  for (const [name, value] of Object.entries(all)) {
    const line = new RegExp(`^${name} = .*$`, 'm');
    if (!line.test(text)) throw new Error(`examples/${path} has no line "${name} = …"`);
    text = text.replace(line, `${name} = ${value}`);
  }
  return text;
}
