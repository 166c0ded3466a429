/** Pushes whose cable is pulled at a random byte: what is on the board then, whether it starts, and whether the next push goes on. */
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BoardFiles } from '../../src/board/files.ts';
import type { Port } from '../../src/board/port.ts';
import { RawRepl } from '../../src/board/raw-repl.ts';
import { Sync, type Wanted } from '../../src/board/sync.ts';
import { type VirtualBoard, virtualBoard } from '../../src/virtual/index.ts';

export interface Unplugged {
  pushes: number;
  /** Cables that were pulled before the push was through. */
  cut: number;
  /** Boards that did not start afterwards, or with files of two versions. */
  dead: number;
  /** Files that were neither the old nor the new one. */
  half: number;
  /** Pushes that could not be brought to their end when the cable was back. */
  failed: number;
  /** Bytes that need not travel again, of those that were to come. */
  kept: number;
}

const START_MS = 30_000;
/** Bytes that a push of these files sends, about. */
const TRAVELS = 24_000;

export async function unplugged(pushes: number): Promise<Unplugged> {
  const counts: Unplugged = { pushes, cut: 0, dead: 0, half: 0, failed: 0, kept: 0 };
  let before = version(0);
  const board = await virtualBoard({
    repl: true,
    files: Object.fromEntries([...before].map(([path, { bytes }]) => [path.slice(1), bytes])),
  });
  let begun = started(board, 0);
  void board.run();
  if (!(await begun)) throw new Error('the board did not start at all');
  for (let count = 1; count <= pushes; count++) {
    const after = version(count);
    const power = count % 2 === 0;
    board.serial.unplug({ afterBytes: randomInt(TRAVELS), power });
    const isThrough = await push(board, after).then(
      () => true,
      () => false,
    );
    if (!isThrough) counts.cut += 1;
    for (const [path, { bytes }] of after) {
      const there = existsSync(join(board.flash, path))
        ? readFileSync(join(board.flash, path))
        : Buffer.alloc(0);
      if (!there.equals(bytes) && !there.equals(before.get(path)?.bytes ?? Buffer.alloc(0))) counts.half += 1;
    }
    board.serial.unplug({ afterBytes: Number.POSITIVE_INFINITY }); // what was not reached is no danger any more
    if (!board.serial.plugged) {
      begun = power ? anyStart(board) : Promise.resolve(true);
      board.serial.plug();
      if (!(await begun)) counts.dead += 1;
    }
    await push(board, after, (bytes) => {
      counts.kept += bytes;
    }).catch(() => {
      counts.failed += 1;
    });
    begun = started(board, count);
    await board.reset('hard');
    if (!(await begun)) counts.dead += 1;
    before = after;
  }
  await board.close();
  return counts;
}

/** A program that says which it is, and files that come with it. */
const version = (count: number): Wanted =>
  new Map(
    [
      [
        '/main.py',
        Buffer.from(`import part\nprint("started", ${count}, part.N)\n${'# words\n'.repeat(900)}`),
      ],
      ['/part.py', Buffer.from(`N = ${count}\n${'# more words\n'.repeat(700)}`)],
      ['/data.bin', randomBytes(20_000)],
    ].map(([path, bytes]) => [path as string, { bytes: bytes as Buffer, stays: false }]),
  );

async function push(board: VirtualBoard, wanted: Wanted, onKept = (_bytes: number) => {}): Promise<void> {
  const end = board.serial.open();
  const port = Object.assign(end, { name: 'virtual' }) as unknown as Port;
  try {
    const repl = await RawRepl.enter(port);
    const files = new BoardFiles(repl);
    const sync = await Sync.open(repl, files);
    const changes = await sync.compare(wanted);
    const seen = new Set<string>();
    await sync.apply(wanted, changes, ({ path, done }) => {
      if (!seen.has(path)) onKept(done);
      seen.add(path);
    });
  } finally {
    end.destroy();
  }
}

const started = (board: VirtualBoard, count: number): Promise<boolean> =>
  printed(board, new RegExp(`started ${count} ${count}[\\s\\S]*>>> `));
const anyStart = (board: VirtualBoard): Promise<boolean> => printed(board, /started (\d+) \1[\s\S]*>>> /);

function printed(board: VirtualBoard, pattern: RegExp): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    const settle = (is: boolean) => {
      clearTimeout(late);
      board.off('stdout', look);
      resolve(is);
    };
    const late = setTimeout(() => settle(false), START_MS);
    const look = (bytes: Uint8Array) => {
      text += Buffer.from(bytes).toString('latin1');
      if (pattern.test(text)) settle(true);
    };
    board.on('stdout', look);
  });
}
