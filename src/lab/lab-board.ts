/** A virtual board of a run: with the library, the lab's module and a program on its flash, in an air of its own. */
import { readFileSync } from 'node:fs';
import { type VirtualBoard, virtualBoard } from '../virtual/index.ts';
import { BoardLog } from './board-log.ts';
import { LabAir, PASSWORD, SSID } from './lab-air.ts';
import type { BoardScript } from './script.ts';

const PROGRAMS = new URL('./programs/', import.meta.url);

/** GPIO that tells the program to make no more samples, by a low level. */
const STOP_PIN = 0;
/** Characters of what it printed as errors that are kept. */
const KEPT_STDERR = 8_000;

/** Texts of files, by their path on the flash. */
export type Files = Readonly<Record<string, string>>;

const program = (name: string): string => readFileSync(new URL(name, PROGRAMS), 'utf8');

export interface LabBoardOptions {
  name: string;
  script: BoardScript;
  /** The hub's port on 127.0.0.1. */
  port: number;
  /** For the air's own dice. */
  seed: number;
  library: Files;
  /** main.py, where it is not the lab's own. */
  main?: string | undefined;
  /** The board's record has one more event. */
  changed(event: string, args: unknown[]): void;
  /** Its program has ended by itself. */
  ended(how: string): void;
}

export class LabBoard {
  readonly name: string;
  readonly script: BoardScript;
  readonly log: BoardLog;
  readonly air: LabAir;
  readonly #board: VirtualBoard;
  readonly #ended: (how: string) => void;
  /** What it printed as errors, the last of it. */
  stderr = '';
  #closing = false;
  #powerCuts = 0;

  private constructor(options: LabBoardOptions, air: LabAir, board: VirtualBoard) {
    this.name = options.name;
    this.script = options.script;
    this.air = air;
    this.#board = board;
    this.#ended = options.ended;
    this.log = new BoardLog((event, args) => options.changed(event, args));
    board.on('stdout', (bytes, kept) => this.log.take(bytes, kept));
    board.on('stderr', (bytes) => {
      options.changed('stderr', [Buffer.from(bytes).toString()]);
      this.stderr = (this.stderr + Buffer.from(bytes).toString()).slice(-KEPT_STDERR);
    });
    board.on('reset', (kind) => {
      if (kind === 'power') this.#powerCuts++;
      this.log.reset();
    });
  }

  static async make(options: LabBoardOptions): Promise<LabBoard> {
    const { name, script, port, seed, library, main } = options;
    const air = new LabAir(seed, script.cuts);
    const settings = { name, hub: `127.0.0.1:${port}`, wifi: [{ ssid: SSID, password: PASSWORD }] };
    const files = {
      ...library,
      'kiteline.json': JSON.stringify(settings),
      'lab.json': JSON.stringify(script.program),
      'lab.py': program('lab.py'),
      'boot.py': 'import lab\nlab.begin()\n',
      'main.py': main ?? program('main.py'),
    };
    return new LabBoard(options, air, await virtualBoard({ name, air: air.air, files, measureKept: true }));
  }

  /** How often something befell it by itself: cuts of its connections, and of its power while it wrote to flash. */
  get strikes(): number {
    return this.air.air.counts.cuts + this.#powerCuts;
  }

  powerOn(): void {
    this.log.powered();
    void this.#board.run().then((end) => {
      if (this.#closing) return;
      this.#ended(end.how === 'crashed' ? end.error.message : `${end.how} ${this.stderr}`);
    });
  }

  reset(kind: 'hard' | 'soft'): Promise<void> {
    return this.#board.reset(kind);
  }

  /** The power goes after so many more bytes have been written to its flash, and comes back. */
  cutPower(afterBytes: number, torn: boolean): void {
    this.#board.cutPower({ afterBytes, torn });
  }

  /** The program is to make no more samples. */
  stopSamples(): void {
    this.#board.pin(STOP_PIN).set(0);
  }

  /** What was not acknowledged dies with its memory. */
  async switchOff(): Promise<void> {
    this.#closing = true;
    await this.#board.stop();
    this.log.reset();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#board.close();
  }
}
