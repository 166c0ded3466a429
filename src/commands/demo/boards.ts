import { readFile } from 'node:fs/promises';
import { type Air, type VirtualBoard, virtualBoard } from '../../virtual/index.ts';

/** The network that the demo's programs join. */
export const SSID = 'workshop';

/** A virtual thermometer that sends to the hub's UDP port on this machine. Not yet switched on. */
export async function makeThermometer(name: string, hubPort: number, air: Air): Promise<VirtualBoard> {
  const files = {
    'main.py': await programText('thermometer.py'),
    'config.py': config({ HUB: `("127.0.0.1", ${hubPort})` }),
  };
  return virtualBoard({ name, air, files });
}

/** A virtual lamp that listens for text, and the TCP port that it will do so on. Not yet switched on. */
export async function makeLamp(name: string, air: Air): Promise<{ board: VirtualBoard; port: number }> {
  const board = await virtualBoard({ name, air, files: { 'main.py': await programText('lamp.py') } });
  // Where boards have no address of their own, 9000 is likely the hub's.
  const port = board.address === '127.0.0.1' ? 9001 : 9000;
  board.write({ 'config.py': config({ PORT: String(port) }) });
  return { board, port };
}

const programText = (file: string): Promise<string> => readFile(new URL(file, import.meta.url), 'utf8');

function config(values: Record<string, string>): string {
  const lines = Object.entries({ SSID: `"${SSID}"`, PASSWORD: '"kiteline"', ...values });
  return lines.map(([name, value]) => `${name} = ${value}\n`).join('');
}
