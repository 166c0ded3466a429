/** A board's worker thread: MicroPython, its modules, and what runs after power on. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { type BoardSetup, type Ending, type ResetKind, SOFT_REBOOT } from '../messages.ts';
import { padsOf, SharedState, WORD } from '../shared.ts';
import { RoverWorld } from '../world/rover-world.ts';
import { BoardClock } from './board-clock.ts';
import { type CounterCall, callCounter } from './counter-calls.ts';
import { Edges } from './edges.ts';
import { FlashPower } from './flash-power.ts';
import { usedBlocks } from './flash-use.ts';
import { loadInterpreter, ROM } from './interpreter.ts';
import { KeptWaiting } from './kept-waiting.ts';
import { Native } from './native.ts';
import { NativePins } from './native-pins.ts';
import { NativeSockets } from './native-sockets.ts';
import { Nvs } from './nvs.ts';
import { Repl } from './repl.ts';
import { SerialOutput } from './serial-output.ts';

const { setup, port } = workerData as { setup: BoardSetup; port: MessagePort };

const clock = new BoardClock(setup.pace, setup.clockOffset);
const shared = new SharedState(setup.shared);
const edges = new Edges(shared, clock, setup.world && new RoverWorld(setup.world, padsOf(shared)));
const kept = setup.measureKept ? new KeptWaiting(clock) : undefined;
const native = new Native(shared, port, { clock, edges, kept });
const sockets = new NativeSockets(native);
const pins = new NativePins(native);
const nvs = new Nvs(setup.flash);
const output = new SerialOutput(native.serial);

/** The main thread ends this thread; nothing of the program runs on until then. */
function reset(kind: ResetKind, wakeAfterMs: number): never {
  if (kind === 'soft') {
    // At the raw prompt it ends what runs as SystemExit does.
    const [raw, busy] = [native.shared.get(WORD.REPL_RAW) === 1, native.shared.get(WORD.REPL_BUSY) === 1];
    output.print(
      'stdout',
      setup.repl ? 'raw' : 'wire',
      Buffer.from(`${raw && busy ? '\x04\x04' : ''}${SOFT_REBOOT}`),
    );
  }
  native.serial.flush();
  native.post({ kind: 'reset', reset: kind, wakeAfterMs });
  for (;;) Atomics.wait(native.shared.words, WORD.EVENT, native.shared.get(WORD.EVENT));
}

const loaded = await loadInterpreter({
  flash: setup.flash,
  power: new FlashPower(native.shared, () => reset('power', 0)),
  memoryLimit: setup.memoryLimit,
  ticks: () => clock.ticks(),
  module: setup.module,
  knowledge: setup.knowledge,
  output(stream, printed, bytes, prompt) {
    output.print(stream, printed, bytes);
    if (!prompt) native.poll();
  },
  readInput: () => native.serial.readInput(native.deadline(-1)),
});
native.start(loaded);
if (!setup.knowledge) native.post({ kind: 'learned', knowledge: loaded.collector.knowledge });
const { python } = loaded;

let ending: Ending = { how: 'done' };
const hasDied = (): boolean => ending.how === 'exception';

python.clock.time = () => clock.date() + clock.offset;
python.clock.asked = () => native.poll();

const missing = () => {
  throw new Error('the modules have not started');
};
const provided = { schedule: missing, handlers: missing, run: missing } as Record<
  'schedule' | 'handlers' | 'run',
  (...args: unknown[]) => void
>;

python.registerJsModule('_host', {
  ask: (op: string, json: string) => native.ask(op, json),
  answer: (id: number, holding: boolean) => native.answer(id, holding),
  forget: (id: number) => native.questions.forget(id),
  note: (code: string, detail: string) => native.note(code, detail),
  deadline: (ms: number) => native.deadline(ms),
  left: (deadline: number) => Math.max(0, deadline - native.now()),
  sleep: (deadline: number) => native.sleep(deadline),
  poll: () => native.poll(),
  collect: () => native.collect(),
  /** Microseconds since power on, modulo the 2^30 after which `ticks_us()` begins again. */
  micros() {
    native.poll();
    return Math.floor(clock.ticks() * 1000) % 0x4000_0000;
  },
  /** Functions of the Python side: `schedule` is micropython's, `handlers` runs handlers that are due, `run` runs a file. */
  provide(name: keyof typeof provided, call: (...args: unknown[]) => void) {
    provided[name] = call;
    if (name === 'handlers') native.setDispatch(() => provided.schedule(provided.handlers, 0));
  },
  holdHandlers: (held: boolean) => native.holdHandlers(held),
  timerStart: (id: number, ms: number, periodic: boolean) => native.timerStart(id, ms, periodic),
  timerStop: (id: number) => native.timerStop(id),
  timerDue: () => native.timerDue(),
  edge: () => edges.next(),
  counter: (does: CounterCall, unit: number, ...args: number[]) =>
    callCounter(edges.counters, does, unit, args),
  counterDue: () => edges.counters.due(),
  pin: (pin: number, word: number) => pins.get(pin, word),
  setPin: (pin: number, word: number, value: number) => pins.set(pin, word, value),
  level: (pin: number) => pins.level(pin),
  pulse: (pin: number, level: number, timeoutUs: number) => pins.pulse(pin, level, timeoutUs),
  drive: (pin: number, level: number, duty: number, frequency: number) =>
    pins.drive(pin, level, duty, frequency),
  pixels: (pin: number, address: number, length: number) => pins.pixels(pin, address, length),
  feedWatchdog: () => pins.feedWatchdog(),
  /** Sets the board's clock, milliseconds since 1970; the main thread keeps it over a soft reset. */
  setClock(ms: number) {
    clock.offset = ms - clock.date();
    native.post({ kind: 'clock', offset: clock.offset });
  },
  flashBlocks: () => usedBlocks(setup.flash),
  nvsLoad: () => nvs.load(),
  nvsStore: (json: string) => nvs.store(json),
  /** `micropython.kbd_intr` */
  interruptByte: (byte: number) => native.shared.set(WORD.INTERRUPT_BYTE, byte),
  random(address: number, length: number) {
    crypto.getRandomValues(native.bytes(address, length));
  },
  readInput: (deadline: number) => native.serial.readInput(deadline),
  inputWaiting: () => native.serial.inputWaiting,
  stationStatus: () => native.stationStatus(),
  stationConnected: () => native.stationConnected(),
  stationRssi: () => native.shared.get(WORD.STATION_RSSI),
  token: (slot: number) => sockets.token(slot),
  close: (slot: number) => sockets.close(slot),
  connected: (slot: number, deadline: number) => sockets.connected(slot, deadline),
  secured: (slot: number, deadline: number) => sockets.secured(slot, deadline),
  acceptable: (slot: number, deadline: number) => sockets.acceptable(slot, deadline),
  receive: (slot: number, address: number, length: number, flags: number, deadline: number) =>
    sockets.receive(slot, address, length, flags, deadline),
  sender: () => sockets.sender(),
  send: (slot: number, address: number, length: number, deadline: number) =>
    sockets.send(slot, address, length, deadline),
  sendTo: (slot: number, at: number, length: number, address: string, port: number, deadline: number) =>
    sockets.sendTo(slot, at, length, address, port, deadline),
  ready: (slot: number, wanted: number) => sockets.ready(slot, wanted),
  /** @param serial also what is typed at the serial port ends the wait */
  select: (json: string, deadline: number, serial: boolean) => sockets.select(json, deadline, serial),
  started: () => native.post({ kind: 'started' }),
  ended(how: Ending['how'], code: number, text: string) {
    ending = how === 'exit' ? { how, code } : how === 'exception' ? { how, text } : { how };
  },
  reset(kind: ResetKind, wakeAfterMs: number) {
    if (kind === 'soft') loaded.settleFlash();
    reset(kind, wakeAfterMs);
  },
  setting: (name: 'hostname' | 'mac' | 'resetCause' | 'repl') =>
    name === 'mac' ? Buffer.from(setup.mac).toString('hex') : setup[name],
});

/** The flash becomes `/`, then our modules hide what the chip lacks and connect the handlers. */
python.runPython(`
import sys, uos, vfs
vfs.umount('/')
vfs.mount(vfs.VfsPosix('/flash'), '/')
uos.chdir('/')
sys.path[:] = ['', '${ROM}', '/lib']
import _boot
_boot.start()
del uos, vfs, _boot, sys
`);
provided.run('boot.py', false);
// As on the chip, boot.py that dies takes main.py with it.
if (setup.main && !hasDied()) provided.run('main.py', true);
// As the soft reset that follows.
if (!setup.repl) loaded.settleFlash();
native.serial.flush();
native.post({ kind: 'ended', ending });

if (setup.repl) {
  runRepl();
} else if (native.armed) {
  idle();
}

/** Handlers go on after main.py has ended, as they do behind the chip's prompt. */
function idle(): never {
  native.post({ kind: 'idle' });
  for (;;) {
    native.sleep(native.deadline(-1));
    provided.handlers(0);
  }
}

function runRepl(): never {
  native.post({ kind: 'idle' });
  new Repl(python, native, output, () => provided.handlers(0)).run(setup.interrupted);
  loaded.settleFlash();
  reset('soft', 0);
}
