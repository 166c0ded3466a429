/** A virtual ESP32: the power, the life and the flash of one board, on the main thread. */
import { EventEmitter } from 'node:events';
import { KitelineError } from '../errors.ts';
import { say } from '../language.ts';
import { type BoardMessage, micropython } from './board-thread.ts';
import type { CompiledModule } from './chip/python.ts';
import { type Claim, claimAddress } from './host/addresses.ts';
import type { Air } from './host/air.ts';
import { airOf } from './host/air-of.ts';
import { FlashFolder } from './host/flash-folder.ts';
import { Peripherals } from './host/peripherals.ts';
import type { VirtualPin } from './host/pins.ts';
import type { Ending } from './messages.ts';
import { checkBoardName, DEFAULT_NAME } from './name.ts';
import { note } from './notes.ts';
import type { BoardEvents, RunEnd, VirtualBoardOptions } from './options.ts';
import { Power } from './power.ts';
import type { SerialPort } from './serial/port.ts';
import { WORD } from './shared.ts';
import type { RoverSetup } from './world/rover-world.ts';

const MEMORY_LIMIT = 48 * 1024 * 1024;
export class VirtualBoard extends EventEmitter<BoardEvents> {
  readonly name: string;
  readonly air: Air;
  readonly mac: Uint8Array;
  readonly #flash: FlashFolder;
  readonly #claim: Claim;
  readonly #peripherals: Peripherals;
  readonly #power: Power;
  readonly #repl: boolean;
  #running: PromiseWithResolvers<RunEnd> | undefined;
  #closed = false;

  /** Use `virtualBoard()`. */
  constructor(options: VirtualBoardOptions, claim: Claim, module: CompiledModule) {
    super();
    this.name = options.name ?? DEFAULT_NAME;
    this.air = airOf(options);
    this.#claim = claim;
    this.#flash = new FlashFolder(options.flash);
    this.#flash.write(options.files ?? {});
    this.#peripherals = new Peripherals(this.name, this.air, claim, {
      note: (text) => this.#tell(text),
      wifi: (state) => this.emit('wifi', state),
      starved: () => this.#power.program('watchdog', 0),
      serial: {
        interrupt: () => this.interrupt(),
        hold: () => this.#power.hold(),
        release: (how) => void this.#power.release(how),
      },
    });
    this.mac = this.#peripherals.mac;
    this.#repl = options.repl ?? false;
    const setup = {
      flash: this.flash,
      mac: this.mac,
      repl: this.#repl,
      memoryLimit: options.memoryLimit ?? MEMORY_LIMIT,
      measureKept: options.measureKept ?? false,
      pace: this.air.pace.setup,
      module,
    };
    this.#power = new Power(setup, this.#peripherals, this.air.clock, {
      message: (message) => this.#message(message),
      crashed: (error) => this.#crashed(error),
      exited: () => this.#exited(),
      reset: (kind) => this.emit('reset', kind),
    });
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

  /** The processor runs: neither off nor in deep sleep. */
  get powered(): boolean {
    return this.#power.thread !== undefined;
  }

  /** Wires the pins to a world, from the next power on: what `placeRover()` does. */
  wire(world: RoverSetup | undefined): void {
    this.#power.wire(world);
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
    this.#power.begin();
    return this.#running.promise;
  }

  #message(message: BoardMessage): void {
    switch (message.kind) {
      case 'call':
        void this.#answer(message.id, message.op, message.args);
        break;
      case 'output':
        this.serial.print(message.bytes, message.printed);
        if (message.printed !== 'wire') this.emit(message.stream, message.bytes, message.kept);
        break;
      case 'inputTaken':
        this.serial.inputTaken();
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
        this.#power.program(message.reset, message.wakeAfterMs);
        break;
      default:
        this.#peripherals.take(message);
    }
  }

  #ending: Ending = { how: 'done' };

  async #answer(id: number, op: string, args: unknown[]): Promise<void> {
    const { thread } = this.#power;
    thread?.answer(await this.#peripherals.answer(id, op, args));
    this.#peripherals.shared.wake();
  }

  #tell(text: string): void {
    this.emit('stderr', Buffer.from(`${text}\n`), undefined);
  }

  /** The serial port: `board.serial.open()` is a stream of bytes to and from its prompt, as on a cable. */
  get serial(): SerialPort {
    return this.#peripherals.serial;
  }

  /** Bytes typed at the serial port. Ctrl-C (3) interrupts the running program. */
  type(input: string | Uint8Array): void {
    this.serial.type(input);
  }

  /** Input that came faster than the program read it. */
  get inputDropped(): number {
    return this.serial.dropped;
  }

  /**
   * Ctrl-C: KeyboardInterrupt in the program, also one that sleeps or waits for a socket. A loop that never calls anything
   * cannot be reached this way; after a second the board is stopped with a message, or restarted where it has a prompt.
   */
  interrupt(): void {
    const { thread } = this.#power;
    if (!thread) return;
    this.#peripherals.interrupt(() => {
      if (this.#power.thread !== thread) return;
      const text = note(this.#repl ? 'loop-restarted' : 'loop-stopped', '');
      this.#tell(text);
      if (this.#repl) this.#power.interrupted();
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
    if (this.#running) await this.#power.button(kind);
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
    void this.#power.end().then(() => running?.resolve(end));
  }

  /** Power off; the flash stays. A program in any loop is stopped. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await this.#power.end();
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
