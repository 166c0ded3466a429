/**
 * What the board library costs: lines and bytes of its source, bytes of its bytecode (.mpy, as the hub serves it), and the
 * heap that importing it takes, from either. Heap is `gc.mem_alloc()` after and before, garbage collected, on MicroPython's
 * own WebAssembly build without anything of the virtual board's: pointers of 32 bits and blocks of 16 bytes, as on the
 * chip. What the firmware freezes (asyncio, json, …) is imported before and not counted, nor is the queue of samples.
 * Goal: the core, for a program with samples and none of the options, takes less than 25 KB.
 *
 *   npm run -s bench:library
 */
import { table } from './figures.ts';
import { compiled, filesIn, firmwareModules, type PythonFiles, rawPython } from './kit/raw-python.ts';

const FOLDER = new URL('../micropython/kiteline/', import.meta.url);
const PEER = new URL('../src/virtual/modules/umqtt/', import.meta.url);

/** What a program does to load a part, in this order; the core comes first, and each part is counted without those before. */
const PARTS: { name: string; code: string; files: string[] }[] = [
  {
    name: 'core, imported',
    code: 'from kiteline import Board',
    files: [
      '__init__',
      'board',
      'clock',
      'config',
      'connection',
      'hello',
      'jobs',
      'link',
      'log',
      'samples',
      'wire',
    ],
  },
  {
    name: 'a Board, its queue of one place',
    code: 'b = Board("b", "10.0.0.2:9000", [], queue=1)',
    files: [],
  },
  { name: 'commands', code: 'import kiteline.commands', files: ['arguments', 'commands'] },
  {
    name: 'controls, beside commands',
    code: 'import kiteline.controls',
    files: ['controls', 'leases', 'power'],
  },
  { name: 'their datagrams', code: 'import kiteline.datagrams', files: ['datagrams'] },
  { name: 'calls to the hub', code: 'import kiteline.calls', files: ['calls'] },
  { name: 'finding the hub', code: 'import kiteline.find', files: ['find'] },
  { name: 'the board as the server', code: 'import kiteline.listen', files: ['listen'] },
  { name: 'wifi', code: 'import kiteline.wifi, kiteline.radio', files: ['radio', 'wifi'] },
  { name: 'spill to flash', code: 'import kiteline.spill', files: ['blocks', 'spill'] },
  {
    name: 'programs over the air',
    code: 'import kiteline.asked, kiteline.program, kiteline.update',
    files: ['program', 'update', 'asked'],
  },
  { name: 'the serial port as the link', code: 'import kiteline.usb', files: ['usb'] },
  {
    name: 'what it says to the doctor, for a moment',
    code: 'import kiteline.doctor',
    files: ['doctor'],
  },
  { name: 'watchdog', code: 'import kiteline.watchdog', files: ['watchdog'] },
  { name: 'signed lines, with a key', code: 'import kiteline.sign', files: ['sign'] },
  { name: 'TLS', code: 'import kiteline.tls', files: ['tls'] },
  { name: 'the clock set by the hub', code: 'import kiteline.rtc', files: ['rtc'] },
];

/** Imported before anything is counted. */
const FIRMWARE =
  'import asyncio, binascii, builtins, errno, gc, io, json, machine, micropython, network, os, random, select, socket, struct, sys, time, tls';

const collected = ['gc.collect()', 'print(gc.mem_alloc())']; // the build collects when a piece of code has ended

/** Bytes of heap, part by part. @throws Error with the traceback */
async function heapOf(files: PythonFiles, parts: readonly string[]): Promise<number[]> {
  const steps = parts.flatMap((code) => [code, ...collected]);
  // The build's own asyncio is frozen, as the chip's is; the names of one in a file would be counted.
  const firmware = Object.entries(firmwareModules()).filter(([path]) => !path.startsWith('asyncio/'));
  const modules = { ...Object.fromEntries(firmware), ...files };
  const { printed, error } = await rawPython('1.27', modules, [FIRMWARE, ...collected, ...steps]);
  if (error) throw new Error(error);
  const taken = printed.filter((text) => text !== '').map(Number);
  return parts.map((_, i) => (taken[i + 1] as number) - (taken[i] as number));
}

const source = filesIn(FOLDER, 'kiteline/');
const bytecode = await compiled(source);
const codes = PARTS.map(({ code }) => code);
const fromSource = await heapOf(source, codes);
const fromBytecode = await heapOf(bytecode, codes);

const listed = PARTS.flatMap(({ files }) => files.map((file) => `kiteline/${file}.py`));
const forgotten = Object.keys(source).filter((path) => !listed.includes(path));
if (forgotten.length > 0) throw new Error(`bench/library.ts does not know ${forgotten.join()}`);

const whole = (count: number) => count.toLocaleString('en-US');
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
const linesOf = (path: string) => String(source[path]).split('\n').length - 1;
const sizeOf = (content: string | Uint8Array | undefined) =>
  typeof content === 'string' ? Buffer.byteLength(content) : (content?.length ?? 0);

const rows = [['', 'lines', '.py bytes', '.mpy bytes', 'heap from .py', 'from .mpy']];
for (const [i, { name, files }] of PARTS.entries()) {
  const paths = files.map((file) => `kiteline/${file}.py`);
  rows.push([
    name,
    whole(sum(paths.map(linesOf))),
    whole(sum(paths.map((path) => sizeOf(source[path])))),
    whole(sum(paths.map((path) => sizeOf(bytecode[path.replace(/\.py$/, '.mpy')])))),
    whole(fromSource[i] ?? 0),
    whole(fromBytecode[i] ?? 0),
  ]);
}
rows.push([
  'all',
  whole(sum(Object.keys(source).map(linesOf))),
  whole(sum(Object.values(source).map(sizeOf))),
  whole(sum(Object.values(bytecode).map(sizeOf))),
  whole(sum(fromSource)),
  whole(sum(fromBytecode)),
]);

const peer = filesIn(PEER, 'umqtt/');
const peerCode = ['import umqtt.robust'];
const peerCompiled = await compiled(peer);
const [peerSource] = await heapOf(peer, peerCode);
const [peerBytecode] = await heapOf(peerCompiled, peerCode);
rows.push([
  "umqtt.robust, the virtual board's",
  whole(sum(Object.values(peer).map((text) => String(text).split('\n').length - 1))),
  whole(sum(Object.values(peer).map(sizeOf))),
  whole(sum(Object.values(peerCompiled).map(sizeOf))),
  whole(peerSource ?? 0),
  whole(peerBytecode ?? 0),
]);
table(rows);

const core = (heaps: number[]) => sum(heaps.slice(0, 2));
console.log(
  `\ncore with its Board: ${whole(core(fromSource))} bytes from .py, ${whole(core(fromBytecode))} from .mpy (goal: less than 25 KB, ${whole(25 * 1024)})`,
);
process.exit();
