/** A virtual ESP32: power, flash, serial port, pins, radio and sockets of one board, on the main thread. */
import { EventEmitter } from 'node:events';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { BoardThread, micropython } from './board-thread.ts';
import type { CompiledModule } from './chip/python.ts';
import { type Claim, claimAddress, hash } from './host/addresses.ts';
import { Air } from './host/air.ts';
import { FlashFolder } from './host/flash-folder.ts';
import { Pins, type VirtualPin } from './host/pins.ts';
import { type Asked, answer } from './host/questions.ts';
import { SerialInput } from './host/serial-input.ts';
import { BoardSockets } from './host/sockets.ts';
import { Station } from './host/station.ts';
import { Watchdog } from './host/watchdog.ts';
import type { BoardSetup, Ending, FromBoard, ResetKind } from './messages.ts';
import { checkBoardName, DEFAULT_NAME } from './name.ts';
import { note } from './notes.ts';
import type { BoardEvents, RunEnd, VirtualBoardOptions } from './options.ts';
import { SharedState, WORD } from './shared.ts';

const MEMORY_LIMIT = 48 * 1024 * 1024;
/** machine.reset_cause() */
const RESET_CAUSE = { power: 1, hard: 2, watchdog: 3, deepsleep: 4, soft: 5 } as const;
/** A program that has not noticed Ctrl-C after this long never will: it runs bytecode that makes no call. */
const INTERRUPT_MS = 1_000;
/** The longest that a timer of Node's can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** 2000-01-01, what a chip without a battery believes at power on. */
const EPOCH_2000_MS = 946_684_800_000;

export class VirtualBoard extends EventEmitter<BoardEvents> {
  readonly name: string;
  readonly air: Air;
  readonly mac: Uint8Array;
  readonly #flash: FlashFolder;
  readonly #claim: Claim;
  readonly #module: CompiledModule;
  readonly #repl: boolean;
  readonly #memoryLimit: number;
  readonly #measureKept: boolean;
  readonly #shared = new SharedState();
  readonly #pins = new Pins(this.#shared);
  readonly #serial = new SerialInput(this.#shared);
  readonly #sockets: BoardSockets;
  readonly #station: Station;
  readonly #watchdog: Watchdog;
  readonly #asked: Asked;
  /** `machine.RTC().memory()`: lost with the power only. */
  #rtcMemory: number[] = [];
  #thread: BoardThread | undefined;
  #asleep: NodeJS.Timeout | undefined;
  #hostname: string;
  #clockOffset = 0;
  #running: { promise: Promise<RunEnd>; settle: (end: RunEnd) => void } | undefined;
  #closed = false;
  #wasConnected = false;

  /** Use `virtualBoard()`. */
  constructor(options: VirtualBoardOptions, claim: Claim, module: CompiledModule) {
    super();
    this.name = options.name ?? 'esp32';
    this.#hostname = this.name.slice(0, 32);
    this.air = options.air ?? new Air();
    this.#claim = claim;
    this.#module = module;
    this.#repl = options.repl ?? false;
    this.#memoryLimit = options.memoryLimit ?? MEMORY_LIMIT;
    this.#measureKept = options.measureKept ?? false;
    // Espressif's prefix; the rest follows from the name and address, so that a board keeps its identity.
    this.mac = Uint8Array.of(0x24, 0x0a, 0xc4, 0, 0, 0);
    new DataView(this.mac.buffer).setUint32(2, hash(`${this.name} ${claim.address}`));
    this.mac.set([0x24, 0x0a, 0xc4]);
    this.#flash = new FlashFolder(options.flash);
    this.#flash.write(options.files ?? {});
    this.#station = new Station(
      this.air,
      this.#shared,
      { name: this.name, address: claim.address, mac: this.mac },
      { changed: () => this.#radioChanged(), addressLost: () => this.#sockets.abortAll() },
    );
    this.#sockets = new BoardSockets(this.#shared, {
      name: this.name,
      address: claim.address,
      own: claim.own,
      air: this.air,
      flowing: () => this.#station.flowing,
      hasAddress: () => this.#station.hasAddress,
      now: () => Date.now() + this.#clockOffset,
      neighbour: (name) => this.air.addressOf(name),
      note: (code, detail) => this.#note(code, detail),
    });
    this.#watchdog = new Watchdog(this.air.clock, this.#shared, (ms) => {
      this.#note('watchdog', String(ms));
      this.emit('reset', 'watchdog');
      void this.#restart('watchdog', 0);
    });
    this.#asked = {
      watchdog: this.#watchdog,
      rtcMemory: (bytes) => {
        this.#rtcMemory = bytes ?? this.#rtcMemory;
        return this.#rtcMemory;
      },
      sockets: this.#sockets,
      station: this.#station,
      rename: (hostname) => {
        this.#hostname = hostname;
      },
      keepAddress: () => this.#note('static-address', this.address),
    };
    this.air.join(this.name, {
      address: () => (this.#station.flowing ? claim.address : undefined),
      networksChanged: () => this.#station.networksChanged(),
      broadcast: (port, from, bytes) => this.#sockets.broadcast(port, from, bytes),
    });
  }

  /** The address that the program sees in `ifconfig()` once it has joined a network. */
  get address(): string {
    return this.#claim.address;
  }

  /** Datagrams that the program was too slow to take from the chip's mailbox of six. */
  get datagramsDropped(): number {
    return this.#sockets.datagramsDropped;
  }

  /** Joined to a network, with an address. */
  get connected(): boolean {
    return this.#shared.get(WORD.STATION_CONNECTED) === 1;
  }

  /** A GPIO: `board.pin(2).on('change', …)`, `board.pin(0).set(1)`, `board.pin(34).setVoltage(1.2)`. */
  pin(number: number): VirtualPin {
    return this.#pins.get(number);
  }

  /** Puts files on the flash. */
  write(files: Record<string, string | Uint8Array>): void {
    this.#flash.write(files);
  }

  /** The host folder that is the flash. */
  get flash(): string {
    return this.#flash.folder;
  }

  /**
   * Power on: boot.py, main.py, then the prompt if there is one. Resolves when main.py has ended, or the board was stopped;
   * a board that resets itself goes on. Never rejects.
   */
  run(): Promise<RunEnd> {
    if (this.#closed)
      throw new KitelineError('BAD_ARGUMENT', say('This board was closed.', '这块板已经关闭。'));
    if (this.#running) return this.#running.promise;
    let settle: (end: RunEnd) => void = () => {};
    const promise = new Promise<RunEnd>((done) => {
      settle = done;
    });
    this.#running = { promise, settle };
    this.#forget();
    this.#powerOn(RESET_CAUSE.power);
    return promise;
  }

  /** What a chip without power does not keep. */
  #forget(): void {
    this.#clockOffset = EPOCH_2000_MS - Date.now();
    this.#rtcMemory = [];
  }

  #powerOn(resetCause: number, main = true): void {
    clearInterval(this.#asleep);
    const setup: Omit<BoardSetup, 'knowledge'> = {
      shared: this.#shared.buffer,
      flash: this.flash,
      hostname: this.#hostname,
      mac: this.mac,
      resetCause,
      main,
      repl: this.#repl,
      memoryLimit: this.#memoryLimit,
      clockOffset: this.#clockOffset,
      measureKept: this.#measureKept,
      module: this.#module,
    };
    this.#shared.set(WORD.INTERRUPT, 0);
    this.#shared.set(WORD.INTERRUPT_BYTE, 3);
    this.#shared.set(WORD.OUTPUT_PENDING, 0);
    this.#thread = new BoardThread(setup, {
      message: (message) => this.#message(message),
      crashed: (error) => this.#crashed(error),
      exited: () => this.#exited(),
    });
  }

  #message(message: FromBoard): void {
    switch (message.kind) {
      case 'call':
        void this.#answer(message.id, message.op, message.args);
        break;
      case 'send':
        this.#sockets.send(message.slot, message.bytes);
        break;
      case 'sendto':
        this.#sockets.sendTo(message.slot, message.bytes, message.address, message.port);
        break;
      case 'taken':
        this.#sockets.taken(message.slot);
        break;
      case 'shut':
        this.#sockets.shut(message.slot);
        break;
      case 'output':
        this.#shared.add(WORD.OUTPUT_PENDING, -message.bytes.length);
        this.#shared.wake();
        this.emit(message.stream, message.bytes, message.kept);
        break;
      case 'pin': {
        const { level, duty, frequency } = message;
        const pwm = duty < 0 ? {} : { duty: duty / 65_535, frequency };
        this.#pins.get(message.pin).driven({ level: level === 0 ? 0 : 1, ...pwm });
        break;
      }
      case 'pixels':
        this.#pins.get(message.pin).emit('pixels', message.bytes);
        break;
      case 'started':
        this.emit('start');
        break;
      case 'ended':
        this.#ending = message.ending;
        break;
      case 'idle':
        // With a prompt, or handlers still armed, the board lives on; the program's end is told all the same.
        this.emit('end', this.#ending);
        break;
      case 'clock':
        this.#clockOffset = message.offset;
        break;
      case 'reset':
        this.emit('reset', message.reset);
        void this.#restart(message.reset, message.wakeAfterMs);
        break;
    }
  }

  #ending: Ending = { how: 'done' };

  async #answer(id: number, op: string, args: unknown[]): Promise<void> {
    const thread = this.#thread;
    thread?.answer(await answer(this.#asked, id, op, args));
    this.#shared.wake();
  }

  #note(code: string, detail: string): void {
    this.#tell(note(code, detail));
  }

  #tell(text: string): void {
    this.emit('stderr', Buffer.from(`${text}\n`), undefined);
  }

  #radioChanged(): void {
    if (this.#station.flowing) this.#sockets.resume();
    if (this.connected === this.#wasConnected) return;
    this.#wasConnected = this.connected;
    this.emit('wifi', { connected: this.connected, ssid: this.#station.ssid, address: this.address });
  }

  /** Bytes typed at the serial port. Ctrl-C (3) interrupts the running program. */
  type(input: string | Uint8Array): void {
    this.#serial.type(input, () => this.interrupt());
  }

  /** Input that came faster than the program read it. */
  get inputDropped(): number {
    return this.#serial.dropped;
  }

  /**
   * Ctrl-C: KeyboardInterrupt in the program, also one that sleeps or waits for a socket. A loop that never calls anything
   * cannot be reached this way; after a second the board is stopped with a message, or restarted where it has a prompt.
   */
  interrupt(): void {
    const thread = this.#thread;
    if (!thread || this.#shared.get(WORD.INTERRUPT) === 1) return;
    this.#shared.set(WORD.INTERRUPT, 1);
    this.#shared.wake();
    this.air.clock.alarm(INTERRUPT_MS, () => {
      if (this.#thread !== thread || this.#shared.get(WORD.INTERRUPT) === 0) return;
      const text = say(
        `KeyboardInterrupt: the program was in a loop that calls nothing (like while True: pass), so the board was ${this.#repl ? 'restarted' : 'stopped'}.`,
        `KeyboardInterrupt：程序陷在不调用任何函数的循环里（例如 while True: pass），因此板已被${this.#repl ? '重新启动' : '停止'}。`,
      );
      this.#tell(text);
      // At the prompt one goes on; main.py, which may be that loop, is passed over.
      if (this.#repl) void this.#restart('soft', 0, false);
      else this.#finish({ how: 'exception', text });
    });
  }

  /**
   * The power goes after so many more bytes have been written to the flash (what littlefs does in one step, as making,
   * closing or deleting a file, counts as one), and comes back. A file that was not closed or synced has its old content then, or is
   * empty where it is new, as littlefs promises.
   * @param torn harder than that: it has what was written to it so far
   */
  cutPower({ afterBytes, torn = false }: { afterBytes: number; torn?: boolean }): void {
    this.#shared.set(WORD.FLASH_TEARS, torn ? 1 : 0);
    this.#shared.set(WORD.FLASH_LEFT, afterBytes + 1);
  }

  /** The reset button (`hard`), Ctrl-D at the prompt (`soft`, which keeps the Wi-Fi), or the power that is away for a moment. */
  async reset(kind: 'soft' | 'hard' | 'power' = 'hard'): Promise<void> {
    if (!this.#running) return;
    this.emit('reset', kind);
    await this.#restart(kind, 0);
  }

  async #restart(kind: ResetKind, wakeAfterMs: number, main = true): Promise<void> {
    // A chip that resets tells nobody: its connections stay half-open until the other side sends something, or gives up.
    if (kind !== 'soft') this.#station.powerOff();
    await this.#powerOff(kind !== 'soft');
    if (kind === 'power') this.#forget();
    const again = () => {
      if (this.#running && !this.#thread) this.#powerOn(RESET_CAUSE[kind], main);
    };
    if (wakeAfterMs === 0) {
      again();
      return;
    }
    // Alarms let the process end; a sleeping board does not.
    this.#asleep = setInterval(() => {}, MAX_TIMER_MS);
    // A deep sleep without a time ends with the reset button.
    if (wakeAfterMs > 0) this.air.clock.alarm(Math.min(wakeAfterMs, MAX_TIMER_MS), again);
  }

  async #powerOff(radioToo: boolean): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    clearInterval(this.#asleep);
    this.#watchdog.stop();
    this.#sockets.closeAll(radioToo ? 'reset' : 'fin');
    this.#pins.reset();
    if (radioToo) this.#station.powerOff();
    await thread?.terminate();
  }

  #exited(): void {
    this.#sockets.closeAll('fin');
    this.emit('end', this.#ending);
    this.#finish(this.#ending);
  }

  #crashed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const crash = new KitelineError(
      'BOARD_CRASHED',
      say(
        `The virtual board "${this.name}" crashed: ${reason}. Other boards are not affected; start it again.`,
        `虚拟板 "${this.name}" 崩溃：${reason}。其他板不受影响；请重新启动它。`,
      ),
      { cause: error },
    );
    this.#tell(crash.message);
    this.#finish({ how: 'crashed', error: crash });
  }

  #finish(end: RunEnd): void {
    const running = this.#running;
    this.#running = undefined;
    void this.#powerOff(true).then(() => running?.settle(end));
  }

  /** Power off; the flash stays. A program in any loop is stopped. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await this.#powerOff(true);
    running?.settle({ how: 'stopped' });
  }

  /** Stops the board and gives back its address and its temporary flash. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.stop();
    this.#sockets.close();
    this.air.leave(this.name);
    this.#claim.release();
    this.#flash.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Makes a virtual ESP32 with an address of its own; `run()` powers it on.
 * @throws KitelineError ADDRESS_UNAVAILABLE, BAD_ARGUMENT
 */
export async function virtualBoard(options: VirtualBoardOptions = {}): Promise<VirtualBoard> {
  const name = options.name ?? DEFAULT_NAME;
  checkBoardName(name);
  const [module, claim] = await Promise.all([micropython(), claimAddress(name, options.ip)]);
  return new VirtualBoard(options, claim, module);
}
