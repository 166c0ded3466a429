/** The hub of a lane of the lab: one folder, one port, through any number of lives. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type HubEvents, HubProcess } from './hub-process.ts';

/** Bytes that the store's newest file may still grow by before the disk is full. */
const LEFT_BYTES = 700;

export interface LabHubOptions {
  keepaliveMs: number;
  graceMs: number;
  /** Of Node, for the tests that break the hub. */
  execArgv?: readonly string[];
}

export class LabHub {
  readonly #options: LabHubOptions;
  #folder = newFolder();
  readonly #dials = new Set<string>();
  #process: HubProcess;
  #port = 0;
  #udp = 0;
  #mqtt = 0;
  #up = false;
  #fate: Promise<void> = Promise.resolve();
  /** Who is told of what the hub does: the run that is under way. */
  events: HubEvents | undefined;

  private constructor(options: LabHubOptions) {
    this.#options = options;
    this.#process = this.#begin();
  }

  /** @throws KitelineError CLOSED */
  static async open(options: LabHubOptions): Promise<LabHub> {
    const hub = new LabHub(options);
    await hub.#listens();
    hub.#up = true;
    return hub;
  }

  #begin(): HubProcess {
    const { keepaliveMs, graceMs, execArgv } = this.#options;
    const setup = {
      folder: this.#folder,
      port: this.#port,
      udp: this.#udp,
      mqtt: this.#mqtt,
      keepaliveMs,
      graceMs,
    };
    return new HubProcess(setup, () => this.events, execArgv);
  }

  async #listens(): Promise<void> {
    const { tcp, udp, mqtt } = await this.#process.listening();
    this.#port = tcp;
    this.#udp = udp;
    this.#mqtt = mqtt;
  }

  get port(): number {
    return this.#port;
  }

  /** Of its datagrams. */
  get udp(): number {
    return this.#udp;
  }

  /** Of its broker. */
  get mqtt(): number {
    return this.#mqtt;
  }

  /** The process that runs now, or ran last. */
  get process(): HubProcess {
    return this.#process;
  }

  /** Whether it listens. */
  get up(): boolean {
    return this.#up && this.#process.isRunning;
  }

  /**
   * Ends it by SIGKILL, or in order, and starts it again on the same data and port. One such fate after the other.
   * @param ms that it is away
   * @throws KitelineError CLOSED when it does not come back
   */
  startAgain(how: 'killed' | 'ended', ms: number): Promise<void> {
    return this.#next(how, () => wait(ms));
  }

  /**
   * Ends it, and starts it again after `ms` at another port for connections.
   * @param isCopy from a copy of its data, as on another computer
   * @param left called when it has gone, with the port that it had
   * @throws KitelineError CLOSED when it does not come back
   */
  move(
    how: 'killed' | 'ended',
    ms: number,
    isCopy: boolean,
    left: (port: number) => Promise<void>,
  ): Promise<void> {
    return this.#next(how, async () => {
      const port = this.#port;
      this.#port = 0;
      await left(port);
      if (isCopy) {
        const old = this.#folder;
        this.#folder = newFolder();
        cpSync(old, this.#folder, { recursive: true });
        rmSync(old, { recursive: true, force: true });
      }
      await wait(ms);
    });
  }

  #next(how: 'killed' | 'ended', meanwhile: () => Promise<void>): Promise<void> {
    this.#fate = this.#fate.then(async () => {
      this.#up = false;
      await (how === 'killed' ? this.#process.kill() : this.#process.end());
      await meanwhile();
      this.#process = this.#begin();
      await this.#listens();
      for (const url of this.#dials) await this.#process.ask({ ask: 'dial', url, isWanted: true });
      this.#up = true;
    });
    return this.#fate;
  }

  /** Dials a board that listens, through all its lives; or no longer. */
  async dial(url: string, isWanted: boolean): Promise<void> {
    if (isWanted) this.#dials.add(url);
    else this.#dials.delete(url);
    await this.#process.ask({ ask: 'dial', url, isWanted });
  }

  /** Resolves when it is up, or will not come back. */
  async steady(): Promise<void> {
    await this.#fate.catch(() => {});
  }

  /** The system lets the files of the store grow by little or nothing, so that the next writes fail: Linux only. */
  fillDisk(): void {
    const sizes = readdirSync(this.#folder)
      .filter((name) => name.startsWith('log-'))
      .map((name) => statSync(join(this.#folder, name)).size);
    this.#limitFiles(String(Math.max(0, ...sizes) + LEFT_BYTES));
  }

  makeRoom(): void {
    this.#limitFiles('unlimited');
  }

  /** The store refuses every round from now on, or takes so many milliseconds longer for each; or neither. */
  setDisk({ refuses = false, slowerMs = 0 }: { refuses?: boolean; slowerMs?: number }): void {
    this.#process.ask({ ask: 'disk', refuses, slowerMs }).catch(() => {}); // of a hub that died meanwhile all is well
  }

  /** Its process stands still for so many milliseconds. */
  stall(ms: number): void {
    this.#process.ask({ ask: 'stall', ms }).catch(() => {});
  }

  /** The system gives its process no processor for so many milliseconds; where it cannot, it stands still by itself. */
  async freeze(ms: number): Promise<void> {
    if (process.platform === 'win32') return this.stall(ms);
    const frozen = this.#process;
    frozen.freeze(true);
    await wait(ms);
    frozen.freeze(false);
  }

  /** Its wall clock is so many milliseconds ahead of this machine's. */
  setClock(aheadMs: number): void {
    this.#process.ask({ ask: 'clock', aheadMs }).catch(() => {}); // a hub that starts again goes by the machine's
  }

  #limitFiles(limit: string): void {
    // The soft limit only: the hard one could not be raised again.
    spawnSync('prlimit', ['--pid', String(this.#process.pid), `--fsize=${limit}:`]);
  }

  /** Ends it and takes its folder away. */
  async close(): Promise<void> {
    await this.#process.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'kiteline-lab-'));

/** Whether the system can be told how far the files of another process may grow. */
export const hasFileLimits: boolean = spawnSync('prlimit', ['--version']).status === 0;
