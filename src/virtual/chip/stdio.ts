/**
 * `sys.stdin`, `sys.stdout` and `sys.stderr` on the board's serial port, as the chip has them: text ends its lines with CR LF on
 * the wire, and CR that is typed is LF to it; `.buffer` of each is the bytes as they are. The build has one descriptor for both,
 * and its prompt writes to that as well: the program's get some of their own.
 */
import { ERRNO } from '../errno.ts';
import type { Printed } from '../messages.ts';
import { moved } from './firmware.ts';
import type { EmscriptenFs, FsStream } from './flash.ts';
import type { Interpreter, InterpreterMemory } from './python.ts';

/** EINTR as the interpreter's C library numbers it: a read that fails so lets the interpreter do what is pending, and goes on. */
const WASI_EINTR = 27;
const READ_WRITE = 2;
const [CTRL_D, LF, CR] = [4, 10, 13];

export const BUILD_NAME = 'MicroPython v1.27.0 on 2025-12-10';
export const CHIP_NAME = 'MicroPython v1.27.0 on 2025-12-09';
/** What the build's prompt greets with, a write each, and what the chip does. */
const GREETING: [build: Buffer, chip: Buffer][] = [
  [BUILD_NAME, CHIP_NAME],
  ['; JS with Emscripten', '; Generic ESP32 module with ESP32'],
].map(([build = '', chip = '']) => [Buffer.from(build), Buffer.from(chip)]);

export function connectStdio(
  python: Interpreter,
  memory: InterpreterMemory,
  { output, readInput }: { output: Output; readInput(): number },
): void {
  const fs = python.FS;
  const text = fs.open('/dev/null', READ_WRITE);
  const bytes = fs.open('/dev/null', READ_WRITE);
  moveDescriptors(python, memory, text.fd, bytes.fd);
  printTo(standard(fs, 1), (written) => output('stdout', 'raw', asOnChip(written), true));
  printTo(standard(fs, 2), (written) => output('stderr', 'text', written, false));
  printTo(text, (written) => output('stdout', 'text', written, false));
  printTo(bytes, (written) => output('stdout', 'raw', written, false));
  readFrom(fs, bytes, readInput);
  readFrom(fs, standard(fs, 0), () => {
    const byte = readInput();
    return byte === CTRL_D ? -1 : byte === CR ? LF : byte; // Ctrl-D is the end of text
  });
}

function asOnChip(written: Uint8Array): Uint8Array {
  return GREETING.find(([build]) => build.equals(written))?.[1] ?? written;
}

/** @param prompt the prompt's own words: the program is not in them, and nothing may happen to it there */
export type Output = (
  stream: 'stdout' | 'stderr',
  printed: Printed,
  bytes: Uint8Array,
  prompt: boolean,
) => void;

/** Objects of the build's type for files: the type's address, then the descriptor. */
function moveDescriptors(python: Interpreter, memory: InterpreterMemory, text: number, bytes: number): void {
  python.registerJsModule('_probe', {
    found(stdout: number, stdoutBuffer: number, stdinBuffer: number) {
      const words = new Int32Array(memory.buffer);
      const move = (object: number, from: number, to: number) => {
        if (words[object / 4 + 1] !== from) throw moved('its standard streams');
        words[object / 4 + 1] = to;
      };
      move(stdout, 1, text);
      move(stdoutBuffer, 1, bytes);
      move(stdinBuffer, 0, bytes);
    },
  });
  python.runPython(
    'import _probe, sys\n_probe.found(id(sys.stdout), id(sys.stdout.buffer), id(sys.stdin.buffer))\ndel sys.modules["_probe"]',
  );
}

function standard(fs: EmscriptenFs, descriptor: number): FsStream {
  const stream = fs.streams[descriptor];
  if (!stream) throw new Error(`MicroPython was loaded without descriptor ${descriptor}`);
  return stream;
}

/** A byte at a time: a read that waits for Ctrl-C raises inside, as on the chip. */
function readFrom(fs: EmscriptenFs, stream: FsStream, readInput: () => number): void {
  stream.stream_ops = {
    ...stream.stream_ops,
    read(_stream: FsStream, buffer: Int8Array, offset: number): number {
      const byte = readInput();
      if (byte === -ERRNO.EINTR) throw new fs.ErrnoError(WASI_EINTR);
      if (byte < 0) return 0;
      buffer[offset] = byte;
      return 1;
    },
  };
}

/** Whole writes in place of Emscripten's byte by byte. */
function printTo(stream: FsStream, print: (bytes: Uint8Array) => void): void {
  stream.stream_ops = {
    ...stream.stream_ops,
    write(_stream: FsStream, buffer: Int8Array, offset: number, length: number): number {
      print(new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length));
      return length;
    },
  };
}
