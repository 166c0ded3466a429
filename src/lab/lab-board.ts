/** A virtual board of a run: with the library, the lab's module and a program on its flash, in an air of its own. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { LOADER, PROGRAM_FILE } from '../board/program-layout.ts';
import { type VirtualBoard, virtualBoard } from '../virtual/index.ts';
import { BoardLog } from './board-log.ts';
import { type Bluff, Impostor } from './hostile/impostor.ts';
import { Middle } from './hostile/middle.ts';
import type { LabHub } from './hub/lab-hub.ts';
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
  /** The hub, on 127.0.0.1. */
  hub: LabHub;
  /** For the air's own dice. */
  seed: number;
  library: Files;
  /** main.py, where it is not the lab's own. */
  main?: string | undefined;
  /** The board's record has one more event. */
  changed(event: string, args: unknown[]): void;
  /** Something was done to its traffic. */
  struck(what: string): void;
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
  readonly #hub: LabHub;
  readonly #struck: (what: string) => void;
  /** /kiteline.json, but for the key. */
  #settings: { listen?: number; [name: string]: unknown } = {};
  #key: string | undefined;
  #middle: Middle | undefined;
  #impostor: Impostor | undefined;
  /** Where it is dialled. */
  #url: string | undefined;

  private constructor(options: LabBoardOptions, air: LabAir, board: VirtualBoard) {
    this.name = options.name;
    this.script = options.script;
    this.air = air;
    this.#board = board;
    this.#ended = options.ended;
    this.#hub = options.hub;
    this.#struck = options.struck;
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
    const { name, script, seed, library, main } = options;
    const air = new LabAir(seed, script.cuts);
    const files = {
      ...library,
      'lab.json': JSON.stringify(script.program),
      'lab.py': program('lab.py'),
      'boot.py': 'import lab\nlab.begin()\n',
      ...(script.program.isUpdated ? keptPrograms() : { 'main.py': main ?? program('main.py') }),
    };
    const virtual = await virtualBoard({ name, air: air.air, files, measureKept: true });
    const board = new LabBoard(options, air, virtual);
    try {
      await board.#settle();
    } catch (error) {
      await board.close();
      throw error;
    }
    return board;
  }

  /** Its key, and how it comes to its hub. */
  async #settle(): Promise<void> {
    const { name, script } = this;
    const hub = this.#hub;
    if (script.key !== 'none') this.#key = await hub.process.ask({ ask: 'key', board: name, overlapMs: 0 });
    let where = `127.0.0.1:${hub.port}`;
    if (script.middle) {
      const ports = () => ({ tcp: hub.port, udp: hub.udp });
      this.#middle = await Middle.open({ name, script: script.middle, hub: ports, struck: this.#struck });
      where = `${this.#middle.address}:${this.#middle.port}`;
      this.air.hosts = []; // whoever asks would find a way around him
    }
    this.#settings = {
      name,
      wifi: [{ ssid: SSID, password: PASSWORD }],
      ...(script.way === 'listens' ? { listen: await freePort(this.#board.address) } : { port: hub.udp }),
      ...(script.way === 'told' && { hub: where }),
    };
    this.#write(script.key === 'wrong' ? randomBytes(32).toString('hex') : this.#key);
    if (this.#settings.listen === undefined) return;
    this.#url = `tcp://${this.#board.address}:${this.#settings.listen}`;
    await hub.dial(this.#url, true);
  }

  #write(key: string | undefined): void {
    this.#board.write({ 'kiteline.json': JSON.stringify({ ...this.#settings, ...(key && { key }) }) });
  }

  /** Its hub gives it another key. The board has it when it is told so. */
  async changeKey(overlapMs: number): Promise<void> {
    this.#key = await this.#hub.process.ask({ ask: 'key', board: this.name, overlapMs });
  }

  /** Its key is on its flash, and it starts again. */
  async takeKey(): Promise<void> {
    this.#write(this.#key);
    await this.reset('hard');
  }

  /** Somebody says that he is its hub, to whoever asks and at the port that the hub had. */
  async deceive(bluff: Bluff, oldPort: number): Promise<void> {
    const told = () => this.#struck(`impostor (${bluff})`);
    this.#impostor = await Impostor.open(this.name, bluff, this.#hub.udp, told, oldPort);
    this.air.hosts = [this.#impostor.address, '127.0.0.1'];
  }

  /** What an impostor was told; undefined where there was none. */
  get leaked(): readonly string[] | undefined {
    return this.#impostor?.heard;
  }

  /** How often something befell it by itself: to its connections, its traffic, or its power while it wrote to flash. */
  get strikes(): number {
    return this.air.air.counts.cuts + this.#powerCuts + (this.#middle?.strikes ?? 0);
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
    if (this.#url) await this.#hub.dial(this.#url, false).catch(() => {}); // of a hub that died all is well
    await this.#board.close();
    await this.#middle?.close();
    await this.#impostor?.close();
  }
}

/** The lab's own program as the board's first, of the two that it keeps. */
function keptPrograms(): Files {
  const first = Object.entries(programFiles(0, true)).map(([path, text]) => [`program-a/${path}`, text]);
  return {
    'main.py': LOADER,
    [PROGRAM_FILE.slice(1)]: '{"run":"a","ids":{}}',
    ...Object.fromEntries(first),
  };
}

/** The lab's n-th program, or one that does not work: it tells its number, and that of a file that came with it. */
export function programFiles(n: number, isGood: boolean): Record<string, string> {
  const begin = `import twin\nfrom lab import tell\ntell("runs", ${n}, twin.N)\n`;
  return {
    'main.py': `${begin}${isGood ? program('main.py') : 'raise ValueError("no good")\n'}`,
    'twin.py': `N = ${n}\n`,
  };
}

/** A port that nobody has at this address: what a board listens at has to be known before. */
async function freePort(address: string): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
