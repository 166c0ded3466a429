/** A hub that serves the page, which can go and come back, and virtual boards with the examples' programs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { Tokens } from '../../src/http/access/tokens.ts';
import {
  type Clock,
  createHub,
  type HttpServer,
  type Hub,
  openAlerts,
  openSqliteStore,
  serveHttp,
} from '../../src/index.ts';
import { Air } from '../../src/virtual/index.ts';
import type { Watched } from '../helpers/board.ts';
import { builtPage, newPage } from '../helpers/browser.ts';
import { startLibrary } from '../helpers/library.ts';

const LOOPBACK = '127.0.0.1';

/** A hub with a store on disk. `end()` stops it as Ctrl-C does; `begin()` starts it anew, with its ports, its data and its tokens. */
export class World {
  readonly tokens = new Tokens();
  readonly #folder = mkdtempSync(join(tmpdir(), 'kiteline-world-'));
  #hub: Hub | undefined;
  #server: HttpServer | undefined;
  #ports = { tcp: 0, http: 0 };
  readonly #clock: Clock | undefined;

  private constructor(clock?: Clock) {
    this.#clock = clock;
  }

  /** @param clock of the hub, where boards are in fast time */
  static async start(clock?: Clock): Promise<World> {
    const world = new World(clock);
    onTestFinished(async () => {
      await world.end();
      rmSync(world.#folder, { recursive: true, force: true });
    });
    await world.begin();
    return world;
  }

  get hub(): Hub {
    if (!this.#hub) throw new Error('the hub is not there');
    return this.#hub;
  }

  /** Of its HTTP, without a slash at the end. */
  get url(): string {
    return `http://${LOOPBACK}:${this.#ports.http}`;
  }

  get tcpPort(): number {
    return this.#ports.tcp;
  }

  async begin(): Promise<void> {
    const data = join(this.#folder, 'data');
    const [store, alerts] = [await openSqliteStore(data), await openAlerts(data)];
    const hub = createHub({ store, alerts, ...(this.#clock && { clock: this.#clock }) });
    this.#hub = hub;
    hub.method('plan', () => ({ seconds: 1 })); // what the greenhouse asks for
    const { tcp } = await hub.listen({ tcp: { host: LOOPBACK, port: this.#ports.tcp } });
    this.#server = await serveHttp(hub, {
      host: LOOPBACK,
      port: this.#ports.http,
      tokens: this.tokens,
      page: builtPage(),
    });
    this.#ports = { tcp: tcp?.port ?? 0, http: this.#server.port };
  }

  async end(): Promise<void> {
    await this.#server?.close();
    await this.#hub?.close();
    this.#hub = undefined;
    this.#server = undefined;
  }

  /** What `kiteline up` prints for somebody with this token, or the operator. */
  link(secret = this.tokens.operator?.secret ?? ''): string {
    return `${this.url}/#t=${secret}`;
  }

  /** Sends as a board does that knows HTTP alone. */
  async post(board: string, body: unknown): Promise<void> {
    const answer = await fetch(`${this.url}/samples?board=${encodeURIComponent(board)}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** A browser that has come by the link, and shows the page. */
  async visit(options: BrowserContextOptions = {}, secret?: string): Promise<Page> {
    const page = await newPage(options);
    await page.goto(this.link(secret));
    await page.locator('#content h1').waitFor();
    return page;
  }

  /** Powers on a virtual board with the board library and this program, and waits until the hub has it. */
  async board(name: string, program: string): Promise<Watched> {
    const there = new Promise<void>((done) =>
      this.hub.on('presence', ({ board, state }) => board === name && state === 'online' && done()),
    );
    const settings = {
      name,
      hub: `${LOOPBACK}:${this.tcpPort}`,
      wifi: [{ ssid: 'lab', password: 'secret' }],
    };
    const running = await startLibrary(program, {
      name: `${name}-${process.pid}-${this.tcpPort}`,
      air: new Air({ joinMs: 10 }),
      files: { 'kiteline.json': JSON.stringify(settings) },
    });
    await there;
    return running;
  }
}

/** An example's program as it stands. */
export const example = (path: string): string =>
  readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8');

/** Resolves once a pin is driven with this duty: 0 for a motor that stands. */
export const driven = ({ board }: Watched, pin: number, duty: number): Promise<void> =>
  new Promise((done) => {
    const look = (): void => {
      if (Math.abs((board.pin(pin).drive.duty ?? 0) - duty) > 0.001) return;
      board.pin(pin).off('change', look);
      done();
    };
    board.pin(pin).on('change', look);
    look();
  });
