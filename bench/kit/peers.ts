/** Finds the programs that a benchmark compares with; each that is missing is named with the way to install it. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

function onPath(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const ending = process.platform === 'win32' ? '.exe' : '';
  return folders.map((folder) => join(folder, program + ending)).find((path) => existsSync(path));
}

/** @returns the program, or a sentence for people */
export function findMosquitto(): { path: string } | { missing: string } {
  const path = process.env.MOSQUITTO ?? onPath('mosquitto');
  if (path && existsSync(path)) return { path };
  return {
    missing:
      'Mosquitto is not measured: it is not installed. `apt install mosquitto` or `brew install mosquitto`; or set MOSQUITTO to the program.',
  };
}

/** @returns the program, or a sentence for people */
export function findNats(): { path: string } | { missing: string } {
  const path = process.env.NATS_SERVER ?? onPath('nats-server');
  if (path && existsSync(path)) return { path };
  return {
    missing:
      'NATS is not measured: it is not installed. `apt install nats-server` or `brew install nats-server`; or set NATS_SERVER to the program.',
  };
}

/** @returns Node-RED's red.js, or a sentence for people */
export function findNodeRed(): { path: string } | { missing: string } {
  const { NODE_RED } = process.env;
  const program = onPath('node-red');
  const candidates = NODE_RED
    ? [NODE_RED, join(NODE_RED, 'red.js'), join(NODE_RED, 'node_modules', 'node-red', 'red.js')]
    : program
      ? [realpathSync(program), join(dirname(program), 'node_modules', 'node-red', 'red.js')]
      : [];
  const path = candidates.find(
    (file) => file.endsWith('red.js') && existsSync(file) && statSync(file).isFile(),
  );
  if (path) return { path };
  return {
    missing:
      'Node-RED is not measured: it is not found. `npm install --prefix FOLDER node-red`, then set NODE_RED to that folder or to its red.js.',
  };
}

/** @returns how mpremote is started, or a sentence for people */
export function findMpremote(): { command: string[] } | { missing: string } {
  const { MPREMOTE } = process.env;
  const path = MPREMOTE ?? onPath('mpremote');
  if (path && existsSync(path)) return { command: path.endsWith('.py') ? ['python3', path] : [path] };
  return {
    missing:
      'mpremote is not measured: it is not installed. `pip install mpremote`; or set MPREMOTE to the program (or its mpremote.py).',
  };
}
