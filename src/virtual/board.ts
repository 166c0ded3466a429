/** A virtual ESP32: the power, the life and the flash of one board, on the main thread. */
import { EventEmitter } from 'node:events';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { type BoardMessage, BoardThread, micropython } from './board-thread.ts';
import type { CompiledModule } from './chip/python.ts';
import { type Claim, claimAddress } from './host/addresses.ts';
import { Air } from './host/air.ts';
import { FlashFolder } from './host/flash-folder.ts';
import { Peripherals } from './host/peripherals.ts';
import type { VirtualPin } from './host/pins.ts';
import type { BoardSetup, Ending, ResetKind } from './messages.ts';
import { checkBoardName, DEFAULT_NAME } from './name.ts';
import type { BoardEvents, RunEnd, VirtualBoardOptions } from './options.ts';
import { WORD } from './shared.ts';

const MEMORY_LIMIT = 48 * 1024 * 1024;
/** machine.reset_cause() */
const RESET_CAUSE = { power: 1, hard: 2, watchdog: 3, deepsleep: 4, soft: 5 } as const;
/** The longest that a timer of Node's can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class VirtualBoard extends EventEmitter<BoardEvents> {
  readonly name: string;
  readonly air: Air;
  readonly mac: Uint8Array;
  readonly #flash: FlashFolder;
  readonly #claim: Claim;
  /** What every start has in common. */
  readonly #setup: Pick<BoardSetup, 'flash' | 'mac' | 'repl' | 'memoryLimit' | 'measureKept' | 'module'>;
  readonly #peripherals: Peripherals;
  #thread: BoardThread | undefined;
  #asleep: NodeJS.Timeout | undefined;
  #running: PromiseWithResolvers<RunEnd> | undefined;
  #closed = false;

  /** Use `virtualBoard()`. */
  constructor(options: VirtualBoardOptions, claim: Claim, module: CompiledModule) {
    super();
    this.name = options.name ?? DEFAULT_NAME;
    this.air = options.air ?? new Air();
    this.#claim = claim;
    this.#flash = new FlashFolder(options.flash);
    this.#flash.write(options.files ?? {});
    this.#peripherals = new Peripherals(this.name, this.air, claim, {
      note: (text) => this.#tell(text),
      wifi: (state) => this.emit('wifi', state),
      starved: () => {
        this.emit('reset', 'watchdog');
        void this.#restart('watchdog', 0);
      },
    });
    this.mac = this.#peripherals.mac;
    this.#setup = {
      flash: this.flash,
      mac: this.mac,
      repl: options.repl ?? false,
      memoryLimit: options.memoryLimit ?? MEMORY_LIMIT,
      measureKept: options.measureKept ?? false,
      module,
    };
  }

  /** The address that the program sees in `ifconfig()` once it has joined a network. */
  get address(): string {
    return this.#claim.address;
  }

  /** Datagrams that the program was too slow to take from the chip's mailbox of six. */
  get datagramsDropped(): number {
    return this.#peripherals.sockets.datagramsDropped;
  }

  /** Joined to a network, with an address. */
  get connected(): boolean {
    return this.#peripherals.connected;
  }

  /** A GPIO: `board.pin(2).on('change', …)`, `board.pin(0).set(1)`, `board.pin(34).setVoltage(1.2)`. */
  pin(number: number): VirtualPin {
    return this.#peripherals.pins.get(number);
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
    this.#running = Promise.withResolvers();
    this.#peripherals.forget();
    this.#powerOn(RESET_CAUSE.power);
    return this.#running.promise;
  }

  #powerOn(resetCause: number, main = true): void {
    clearInterval(this.#asleep);
    const { shared, hostname, clockOffset } = this.#peripherals;
    const setup = { ...this.#setup, shared: shared.buffer, hostname, clockOffset, resetCause, main };
    this.#peripherals.begin();
    this.#thread = new BoardThread(setup, {
      message: (message) => this.#message(message),
      crashed: (error) => this.#crashed(error),
      exited: () => this.#exited(),
    });
  }

  #message(message: BoardMessage): void {
    switch (message.kind) {
      case 'call':
        void this.#answer(message.id, message.op, message.args);
        break;
      case 'output':
        this.#peripherals.shared.add(WORD.OUTPUT_PENDING, -message.bytes.length);
        this.#peripherals.shared.wake();
        this.emit(message.stream, message.bytes, message.kept);
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
      case 'reset':
        this.emit('reset', message.reset);
        void this.#restart(message.reset, message.wakeAfterMs);
        break;
      default:
        this.#peripherals.take(message);
    }
  }

  #ending: Ending = { how: 'done' };

  async #answer(id: number, op: string, args: unknown[]): Promise<void> {
    const thread = this.#thread;
    thread?.answer(await this.#peripherals.answer(id, op, args));
    this.#peripherals.shared.wake();
  }

  #tell(text: string): void {
    this.emit('stderr', Buffer.from(`${text}\n`), undefined);
  }

  /** Bytes typed at the serial port. Ctrl-C (3) interrupts the running program. */
  type(input: string | Uint8Array): void {
    this.#peripherals.serial.type(input, () => this.interrupt());
  }

  /** Input that came faster than the program read it. */
  get inputDropped(): number {
    return this.#peripherals.serial.dropped;
  }

  /**
   * Ctrl-C: KeyboardInterrupt in the program, also one that sleeps or waits for a socket. A loop that never calls anything
   * cannot be reached this way; after a second the board is stopped with a message, or restarted where it has a prompt.
   */
  interrupt(): void {
    const thread = this.#thread;
    if (!thread) return;
    this.#peripherals.interrupt(() => {
      if (this.#thread !== thread) return;
      const text = say(
        `KeyboardInterrupt: the program was in a loop that calls nothing (like while True: pass), so the board was ${this.#setup.repl ? 'restarted' : 'stopped'}.`,
        `KeyboardInterrupt：程序陷在不调用任何函数的循环里（例如 while True: pass），因此板已被${this.#setup.repl ? '重新启动' : '停止'}。`,
      );
      this.#tell(text);
      // At the prompt one goes on; main.py, which may be that loop, is passed over.
      if (this.#setup.repl) void this.#restart('soft', 0, false);
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
    this.#peripherals.shared.set(WORD.FLASH_TEARS, torn ? 1 : 0);
    this.#peripherals.shared.set(WORD.FLASH_LEFT, afterBytes + 1);
  }

  /** The reset button (`hard`), Ctrl-D at the prompt (`soft`, which keeps the Wi-Fi), or the power that is away for a moment. */
  async reset(kind: 'soft' | 'hard' | 'power' = 'hard'): Promise<void> {
    if (!this.#running) return;
    this.emit('reset', kind);
    await this.#restart(kind, 0);
  }

  async #restart(kind: ResetKind, wakeAfterMs: number, main = true): Promise<void> {
    // A chip that resets tells nobody: its connections stay half-open until the other side sends something, or gives up.
    if (kind !== 'soft') this.#peripherals.station.powerOff();
    await this.#powerOff(kind !== 'soft');
    if (kind === 'power') this.#peripherals.forget();
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
    this.#peripherals.off(radioToo);
    await thread?.terminate();
  }

  #exited(): void {
    this.#peripherals.sockets.closeAll('fin');
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
    void this.#powerOff(true).then(() => running?.resolve(end));
  }

  /** Power off; the flash stays. A program in any loop is stopped. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await this.#powerOff(true);
    running?.resolve({ how: 'stopped' });
  }

  /** Stops the board and gives back its address and its temporary flash. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.stop();
    this.#peripherals.close();
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
