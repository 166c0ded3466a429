/** A board's serial port, on the main thread: its UART, the line to it, and who has it open. */
import { EventEmitter } from 'node:events';
import type { Clock } from '../../clock.ts';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { Printed } from '../messages.ts';
import { OUTPUT_LIMIT, type SharedState, WORD } from '../shared.ts';
import { type EndOwner, type Lines, SerialEnd } from './end.ts';
import { SerialInput } from './input.ts';
import { Line } from './line.ts';
import { ResetCircuit } from './reset-circuit.ts';

/** Start bit, eight data bits, stop bit. */
const BITS = 10;
/** What the chip's UART holds before the program has to wait for it. */
const FIFO = 128;
const LF = 10;

/** What can be wrong with a serial line. */
export interface SerialFaults {
  /** Of the bytes in each direction, from 0 to 1. */
  loss?: number;
  /** How long each byte takes beside its time on the line, in milliseconds. */
  delayMs?: number;
  /** Of what is lost. Default 1. */
  seed?: number;
}

/** What the port does to its board. */
export interface SerialBoard {
  interrupt(): void;
  /** EN is low, or the power is away. */
  hold(): void;
  /** EN has risen, with GPIO0 low (`download`) or high; or the power is back. */
  release(how: 'run' | 'download' | 'power'): void;
}

export class SerialPort extends EventEmitter<{ unplugged: []; plugged: [] }> {
  readonly #shared: SharedState;
  readonly #clock: Clock;
  readonly #board: SerialBoard;
  readonly #ends = new Set<SerialEnd>();
  readonly #owner: EndOwner = {
    write: (_end, bytes, done) => this.#toBoard.send(bytes, () => this.#input.whenRoom(done)),
    lines: (_end, lines) => this.#circuit.set(lines),
    drained: () => this.#settle(),
    closed: (end) => this.#closed(end),
  };
  readonly #input: SerialInput;
  readonly #toBoard: Line;
  readonly #fromBoard: Line;
  readonly #circuit: ResetCircuit;
  #plugged = true;
  /** Printed bytes that are out, and whose room the board has not back yet. */
  #owed = 0;
  /** Counts the board's beginnings: what an earlier one printed gives this one no room. */
  #life = 0;
  #baud: number | undefined;
  #holdsPower = false;

  constructor(shared: SharedState, clock: Clock, board: SerialBoard) {
    super();
    this.#shared = shared;
    this.#clock = clock;
    this.#board = board;
    this.#input = new SerialInput(shared, () => board.interrupt());
    this.#toBoard = new Line(clock, (bytes) => this.#input.feed(bytes));
    this.#fromBoard = new Line(clock, (bytes) => {
      for (const end of this.#ends) end.receive(bytes);
    });
    this.#circuit = new ResetCircuit(clock, {
      hold: () => board.hold(),
      release: (download) => board.release(download ? 'download' : 'run'),
    });
  }

  /**
   * Opens the port. What the board prints from now on comes out; what is written goes to it. Several may have it open: each reads all.
   * As a system does, it asserts DTR and RTS, which together reset nothing.
   * @throws KitelineError UNPLUGGED
   */
  open(lines: Lines = { dtr: true, rts: true }): SerialEnd {
    if (!this.#plugged)
      throw new KitelineError('UNPLUGGED', say('The board is not plugged in.', '板没有插上。'));
    const end = new SerialEnd(this.#owner, this.#clock);
    this.#ends.add(end);
    this.#circuit.set(lines);
    return end;
  }
  /** DTR and RTS as they are now. */
  get lines(): { dtr: boolean; rts: boolean } {
    return this.#circuit.lines;
  }

  /** Bits a second, 8N1, in both directions; undefined: as fast as the board takes and gives them, which is the default. */
  get baud(): number | undefined {
    return this.#baud;
  }

  set baud(baud: number | undefined) {
    this.#baud = baud;
    const speed = baud === undefined ? Number.POSITIVE_INFINITY : baud / BITS;
    this.#toBoard.speed = speed;
    this.#fromBoard.speed = speed;
    this.#shared.set(WORD.OUTPUT_ROOM, baud === undefined ? OUTPUT_LIMIT : FIFO);
  }

  /** What is wrong with the line from now on; what is left out is right. */
  setFaults({ loss = 0, delayMs = 0, seed = 1 }: SerialFaults): void {
    for (const line of [this.#toBoard, this.#fromBoard]) Object.assign(line, { loss, delayMs });
    this.#toBoard.seed(seed);
    this.#fromBoard.seed(seed + 1);
  }

  /** Bytes that came faster than the program read them, or while the board was off, or that were lost on the line. */
  get dropped(): number {
    return this.#input.dropped + this.#toBoard.lost + this.#fromBoard.lost;
  }

  /**
   * Pulls the cable after so many more bytes. Whoever has the port open gets UNPLUGGED, and the board loses its power.
   * @param options.direction whose bytes are counted. Default `toBoard`
   * @param options.power false: the board has another supply, and lives on
   */
  unplug({
    afterBytes = 0,
    direction = 'toBoard',
    power = true,
  }: {
    afterBytes?: number;
    direction?: 'toBoard' | 'fromBoard';
    power?: boolean;
  } = {}): void {
    const line = direction === 'toBoard' ? this.#toBoard : this.#fromBoard;
    line.cutAfter(afterBytes, () => this.#pull(power));
  }

  /** Plugs the cable in again. */
  plug(): void {
    if (this.#plugged) return;
    this.#plugged = true;
    if (this.#holdsPower) this.#board.release('power');
    this.#holdsPower = false;
    this.emit('plugged');
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  /** Typed by hand: what does not fit is dropped. */
  type(input: string | Uint8Array): void {
    this.#input.type(typeof input === 'string' ? Buffer.from(input) : input);
  }

  /** The board prints. */
  print(bytes: Uint8Array, printed: Printed): void {
    const life = this.#life;
    const credit = () => {
      if (life !== this.#life) return;
      this.#owed += bytes.length;
      this.#settle();
    };
    if (printed === 'note') credit();
    else this.#fromBoard.send(printed === 'text' ? withReturns(bytes) : bytes, credit);
  }

  /** What is on the wire though no program printed it: the ROM's words. */
  say(text: string): void {
    this.#fromBoard.send(Buffer.from(text, 'latin1'), () => {});
  }

  /** The serial input ring has room again. */
  inputTaken(): void {
    this.#input.more();
  }

  /** The board begins. @param anew what came before is gone */
  begin(anew: boolean): void {
    this.#life += 1;
    this.#owed = 0;
    this.#shared.set(WORD.OUTPUT_PENDING, 0);
    this.#shared.set(WORD.OUTPUT_ROOM, this.#baud === undefined ? OUTPUT_LIMIT : FIFO);
    if (anew) {
      this.#shared.set(WORD.REPL_RAW, 0);
      this.#shared.set(WORD.REPL_BUSY, 0);
    }
    this.#input.on(anew);
  }

  /** It is without power, or held in reset. */
  end(): void {
    this.#input.off();
  }

  /** For good. */
  close(): void {
    for (const end of this.#ends) end.destroy();
    this.#toBoard.clear();
    this.#fromBoard.clear();
  }

  #settle(): void {
    if (this.#owed === 0) return;
    for (const end of this.#ends) if (end.full) return;
    this.#shared.add(WORD.OUTPUT_PENDING, -this.#owed);
    this.#owed = 0;
    this.#shared.wake();
  }

  #closed(end: SerialEnd): void {
    this.#ends.delete(end);
    if (this.#ends.size === 0) this.#circuit.set({ dtr: false, rts: false });
    this.#settle();
  }

  #pull(power: boolean): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#holdsPower = power;
    this.#toBoard.clear();
    this.#fromBoard.clear();
    if (power) this.#board.hold();
    for (const end of this.#ends) {
      end.destroy(
        new KitelineError('UNPLUGGED', say('The cable to the board was pulled.', '与板相连的线缆已被拔出。')),
      );
    }
    this.emit('unplugged');
  }
}

function withReturns(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(LF)) return bytes;
  const lines = Buffer.from(bytes).toString('latin1').replaceAll('\n', '\r\n');
  return Buffer.from(lines, 'latin1');
}
