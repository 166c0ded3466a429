import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitelineError, systemCode } from '../../errors.ts';
import { say } from '../../language.ts';
import type { RunEnd, VirtualBoard } from '../../virtual/index.ts';
import { checkBoardName } from '../../virtual/name.ts';
import { tell } from '../terminal.ts';
import { type BoardOptions, makeBoard } from './make.ts';
import { hasPort, openPorts, type PortOptions } from './ports.ts';
import { connectOutput, connectProgramOutput, feedLines } from './serial.ts';

const INSIST_MS = 2_000; // three Ctrl-C within it are meant for the board, not for its program
const INSIST_TIMES = 3;

/**
 * Runs a program until it ends, and sets the exit code: 0, what `sys.exit` says, or 1 when it died. With a serial port there is a
 * prompt after it, and only the person ends the board.
 * @param file left out: the prompt alone
 * @throws KitelineError NOT_FOUND, ADDRESS_UNAVAILABLE, BAD_ARGUMENT, NOT_ALLOWED, PORT_TAKEN
 */
export async function runFile(file: string | undefined, options: BoardOptions & PortOptions): Promise<void> {
  const ports = hasPort(options);
  if (!ports) refuseWithoutPort(file, options);
  const program = file === undefined ? undefined : await read(file);
  if (options.name !== undefined) checkBoardName(options.name); // before anything is said or written
  if (options.flash !== undefined && program) await keepOther(options.flash, program);
  const board = await makeBoard({ ...options, prompt: ports, bare: isBare(file, options) }, program);
  try {
    const closePorts = ports ? await openPorts(board, options) : undefined;
    if (ports) connectProgramOutput(board);
    else connectOutput(board);
    process.on('SIGINT', interrupter(board));
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void board.stop());
    if (!ports) feedLines(board).catch(() => {});
    const end = await board.run();
    await closePorts?.();
    process.exitCode = exitCode(end);
  } finally {
    await board.close();
  }
}

/** A board to set up, as one that was bought: neither program nor settings are asked for. */
const isBare = (file: string | undefined, { hub, key }: BoardOptions): boolean =>
  file === undefined && hub === undefined && key === undefined;

function refuseWithoutPort(file: string | undefined, { baud }: PortOptions): void {
  if (file !== undefined && baud === undefined) return;
  throw new KitelineError(
    'BAD_ARGUMENT',
    file === undefined
      ? say(
          'Name a program, as main.py; or a port for the prompt alone: --pty LINK, --serial PORT.',
          '请写出程序，例如 main.py；若只要提示符，请指定串口：--pty 链接 或 --serial 端口。',
        )
      : say(
          '--baud is the speed of a serial port: it goes with --pty LINK or --serial PORT.',
          '--baud 是串口的速率：需与 --pty 链接 或 --serial 端口 一起使用。',
        ),
  );
}

function exitCode(end: RunEnd): number {
  if (end.how === 'done') return 0;
  if (end.how === 'exit') return end.code;
  return end.how === 'stopped' ? 130 : 1;
}

function interrupter(board: VirtualBoard): () => void {
  let times: number[] = [];
  return () => {
    const now = performance.now();
    times = [...times.filter((time) => now - time < INSIST_MS), now];
    if (times.length >= INSIST_TIMES) void board.stop();
    else board.interrupt();
  };
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new KitelineError('NOT_FOUND', unreadable(file, systemCode(cause)), { cause });
  }
}

function unreadable(file: string, code: string | undefined): string {
  if (code === 'ENOENT') return say(`There is no file ${file}.`, `没有文件 ${file}。`);
  if (code === 'EISDIR') {
    return say(
      `${file} is a folder: name the program in it, for example main.py.`,
      `${file} 是文件夹：请写出其中的程序，例如 main.py。`,
    );
  }
  return say(`${file} cannot be read (${code}).`, `无法读取 ${file}（${code}）。`);
}

/** A main.py that lies in the flash folder and is not this program might be the only copy of somebody's work. */
async function keepOther(flash: string, program: Uint8Array): Promise<void> {
  const path = join(flash, 'main.py');
  const there = await readFile(path).catch(() => undefined);
  if (!there || there.equals(program)) return;
  const kept = `${path}.bak`;
  if (await readFile(kept).catch(() => undefined)) return;
  await copyFile(path, kept);
  tell(
    say(
      `The main.py that was in ${flash} is kept as main.py.bak.`,
      `${flash} 中原有的 main.py 已保存为 main.py.bak。`,
    ),
  );
}
