/**
 * What a push by USB takes on a line of 115,200 baud, against the line's own limit and against mpremote on the same virtual port;
 * and what is on a board whose cable is pulled in the middle.
 *
 *   npm run -s bench:push                # rounds, and pushes that are cut: npm run -s bench:push -- 3 100
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BoardFiles } from '../src/board/files.ts';
import { openPort } from '../src/board/port.ts';
import { RawRepl } from '../src/board/raw-repl.ts';
import { Sync } from '../src/board/sync.ts';
import { boardLibrary } from '../src/virtual/index.ts';
import { spread, table } from './figures.ts';
import { findMpremote } from './kit/peers.ts';
import { boardOnCable } from './push/cable.ts';
import { unplugged } from './push/unplug.ts';

const BAUD = 115_200;
const BYTES_A_SECOND = BAUD / 10; // 8N1
const ROUNDS = Number(process.argv[2] ?? 3);
const CUT = Number(process.argv[3] ?? 100);

type Files = Map<string, Buffer>;

const LOADS: Record<string, () => Files> = {
  '100 kB that do not pack, one file': () => new Map([['/data.bin', randomBytes(100_000)]]),
  'the board library, 27 files of source': () =>
    new Map(
      Object.entries(boardLibrary()).map(([path, text]) => [
        `/${path.replace('lib/', '')}`,
        Buffer.from(text),
      ]),
    ),
};

async function ours(port: string, files: Files): Promise<void> {
  const opened = await openPort(port);
  const repl = await RawRepl.enter(opened);
  await repl.softReset();
  const board = new BoardFiles(repl);
  const sync = await Sync.open(repl, board);
  const wanted = new Map([...files].map(([path, bytes]) => [path, { bytes, stays: false }]));
  await sync.apply(wanted, await sync.compare(wanted));
  opened.destroy();
}

function mpremote(command: string[]): (port: string, files: Files) => Promise<void> {
  return async (port, files) => {
    const folder = mkdtempSync(join(tmpdir(), 'kiteline-push-'));
    const names = new Set<string>();
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
      names.add(join(folder, path.split('/')[1] ?? ''));
    }
    const [program = '', ...args] = command;
    const child = spawn(program, [...args, 'connect', port, 'cp', '-r', ...names, ':'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = await once(child, 'close');
    rmSync(folder, { recursive: true });
    if (code !== 0) throw new Error(`mpremote ended with ${code}`);
  };
}

const contestants: [string, (port: string, files: Files) => Promise<void>][] = [['kiteline push', ours]];
const found = findMpremote();
if ('command' in found) contestants.push(['mpremote cp', mpremote(found.command)]);
else console.log(found.missing);

for (const [load, make] of ROUNDS > 0 ? Object.entries(LOADS) : []) {
  const seconds = new Map<string, number[]>(contestants.map(([name]) => [name, []]));
  let limit = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const files = make();
    limit = [...files.values()].reduce((sum, { length }) => sum + length, 0) / BYTES_A_SECOND;
    for (const [name, push] of contestants) {
      const cable = await boardOnCable({}, BAUD);
      await new Promise((done) => cable.board.once('end', done));
      const began = performance.now();
      await push(cable.port, files);
      seconds.get(name)?.push((performance.now() - began) / 1000);
      const there = new Map(await filesOf(cable.port, [...files.keys()]));
      for (const [path, bytes] of files)
        if (there.get(path) !== bytes.length) throw new Error(`${path} is not there`);
      await cable.close();
    }
  }
  console.log(`\n${load}: the line alone takes ${limit.toFixed(1)} s`);
  table([
    ['', 'seconds', 'of the limit'],
    ...[...seconds].map(([name, all]) => [
      name,
      spread(all),
      spread(
        all.map((one) => one / limit),
        2,
      ),
    ]),
  ]);
}

async function filesOf(port: string, paths: string[]): Promise<[string, number][]> {
  const opened = await openPort(port);
  const states = await new BoardFiles(await RawRepl.enter(opened)).states(paths);
  opened.destroy();
  return [...states.values()].map(({ path, size }) => [path, size]);
}

if (CUT > 0) {
  const { pushes, cut, dead, half, failed, kept } = await unplugged(CUT);
  console.log(`\n${pushes} pushes with the cable pulled at a random byte, every second one with the power`);
  table([
    ['cut', 'boards that do not start', 'half files', 'not brought to an end later', 'bytes that went on'],
    [cut, dead, half, failed, kept].map(String),
  ]);
  if (dead + half + failed > 0) process.exitCode = 1;
}
process.exit();
