import { BAUD, type Port } from '../../board/port.ts';
import { RawRepl } from '../../board/raw-repl.ts';
import { reopenPort } from '../../board/reopen.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import { makeBoard } from '../board/make.ts';
import { bringProgram } from '../push/by-usb.ts';
import { interruption, print, tell } from '../terminal.ts';
import { closePort, openUsb } from '../usb/board.ts';
import type { UsbOptions } from '../usb.ts';
import { type Program, saves } from './saves.ts';

export interface DevOptions extends UsbOptions {
  virtual?: boolean;
  name?: string;
  hub?: string;
  key?: string;
  backup?: string;
  yes?: boolean;
}

const BACK_MS = 60_000; // until somebody has plugged it in again

/** A board that is worked on: what to open, now and after it went away. */
interface Bench {
  open(): Promise<Port>;
  reopen(): Promise<Port>;
  close(): Promise<void>;
}

/**
 * Pushes a program at each save and shows what it prints, until Ctrl-C.
 * @throws KitelineError
 */
export async function dev(folder: string, options: DevOptions): Promise<void> {
  refuseMixed(options);
  const signal = interruption();
  const programs = saves(folder, signal);
  let save = await programs.next(); // says what is wrong with the folder before anything is opened
  const bench = await (options.virtual ? virtualBench(options) : realBench(options, signal));
  try {
    let port = await bench.open();
    let next = programs.next();
    while (!save.done && !signal.aborted) {
      const isGone = (await work(port, save.value, options, until(next, signal))) === 'gone';
      if (signal.aborted) break;
      if (isGone) {
        port = await bench.reopen();
        continue;
      }
      save = await next;
      next = programs.next();
    }
    await closePort(port);
  } finally {
    await bench.close();
  }
}

/** An option that would say nothing is never passed over. @throws KitelineError BAD_ARGUMENT */
function refuseMixed({ virtual, port, baud, name, hub, key }: DevOptions): void {
  const ofOther = virtual ? { port, baud } : { name, hub, key };
  const [odd] = Object.entries(ofOther).find(([, value]) => value !== undefined) ?? [];
  if (odd === undefined) return;
  throw new KitelineError(
    'BAD_ARGUMENT',
    virtual
      ? say(
          `--${odd} is of a board at the USB: leave it out, or --virtual.`,
          `--${odd} 用于 USB 上的板子：请去掉它，或去掉 --virtual。`,
        )
      : say(
          `--${odd} is of a virtual board: it goes with --virtual.`,
          `--${odd} 用于虚拟板：需与 --virtual 一起使用。`,
        ),
  );
}

/** Aborted at the next save, and at Ctrl-C. */
function until(save: Promise<unknown>, signal: AbortSignal): AbortSignal {
  const saved = new AbortController();
  const abort = () => saved.abort();
  save.then(abort, abort);
  return AbortSignal.any([saved.signal, signal]);
}

/** Brings a program and shows what it prints until `stop`; what is wrong is told, and the next save waited for. */
async function work(
  port: Port,
  program: Program,
  options: DevOptions,
  stop: AbortSignal,
): Promise<'gone' | 'stopped'> {
  const { backup, yes } = options;
  const repl = new RawRepl(port);
  try {
    await repl.enter();
    await repl.softReset();
    await bringProgram(repl, program, {
      ...(backup !== undefined && { backup }),
      ...(yes !== undefined && { yes }),
    });
    await repl.restart();
    while (!stop.aborted) {
      const bytes = await repl.reader.next(undefined, stop);
      if (bytes) await print(bytes);
    }
  } catch (error) {
    if (!(error instanceof KitelineError)) throw error;
    tell(error.message);
    if (error.code === 'CLOSED') return 'gone';
    await aborted(stop);
  } finally {
    repl.reader.release();
  }
  return 'stopped';
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });

async function realBench(options: DevOptions, signal: AbortSignal): Promise<Bench> {
  let name = '';
  return {
    async open() {
      const port = await openUsb(options);
      name = port.name;
      return port;
    },
    reopen: () => reopenPort(name, options.baud ?? BAUD, BACK_MS, { signal }),
    close: async () => {},
  };
}

async function virtualBench({ name, hub, key }: DevOptions): Promise<Bench> {
  const board = await makeBoard({
    ...(name !== undefined && { name }),
    ...(hub !== undefined && { hub }),
    ...(key !== undefined && { key }),
  });
  board.on('stderr', () => {}); // it is on the serial port as well
  void board.run();
  tell(say('A virtual board starts.', '虚拟板正在启动。'));
  const open = async (): Promise<Port> => {
    const end = board.serial.open();
    return Object.assign(end, {
      name: say('the virtual board', '虚拟板'),
      setLines: async (lines: Parameters<typeof end.setLines>[0]) => end.setLines(lines),
    });
  };
  return { open, reopen: open, close: () => board.close() };
}
