/** A hub in a process of its own, which can be killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';
import type { SetpointRecord } from '../record.ts';
import type { FromHub, HubAnswers, HubQuestion, HubSetup, ToHub } from './messages.ts';

const CHILD = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url),
);

/** Characters of its stderr that are kept, to say why it ended. */
const KEPT_STDERR = 4_000;

/** Where it listens. */
export interface Ports {
  tcp: number;
  udp: number;
  mqtt: number;
}

export interface HubEvents {
  arrived(board: string, n: number): void;
  setpoint(board: string, setpoint: SetpointRecord): void;
  told(board: string, text: string): void;
  /** It ended by itself. */
  died(how: string): void;
}

/** The hub was killed before it answered. */
export class HubDied extends Error {}

export class HubProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #events: () => HubEvents | undefined;
  readonly #listening = Promise.withResolvers<Ports>();
  readonly #exited: Promise<void>;
  #number = 0;
  #over = false;
  #wanted = false;
  #stderr = '';

  /**
   * @param events who is told, asked each time: a hub outlives the run that it began in
   * @param execArgv of Node, for the tests that break the hub
   */
  constructor(setup: HubSetup, events: () => HubEvents | undefined, execArgv: readonly string[] = []) {
    this.#events = events;
    this.#child = fork(CHILD, [JSON.stringify(setup)], {
      execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc', ...execArgv],
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.on('message', (message: FromHub) => this.#message(message));
    this.#child.on('error', (error) => this.#ended(error.message));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR);
    });
    this.#exited = once(this.#child, 'close').then(([code, signal]) =>
      this.#ended(`${signal ?? code} ${this.#stderr}`),
    );
    this.#listening.promise.catch(() => {});
    this.#exited.catch(() => {});
  }

  get isRunning(): boolean {
    return !this.#over;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the ports when it listens. @throws KitelineError CLOSED when it does not come to that */
  listening(): Promise<Ports> {
    return this.#listening.promise;
  }

  /** @throws HubDied; Error with what went wrong in the hub */
  ask<Q extends HubQuestion>(question: Q): Promise<HubAnswers[Q['ask']]> {
    if (this.#over) return Promise.reject(new HubDied('the hub is not running'));
    const waiting = Promise.withResolvers<unknown>();
    const number = this.#number++;
    this.#waiting.set(number, waiting);
    const message: ToHub = { number, question };
    this.#child.send(message, () => {}); // a channel that is gone is told by the exit
    return waiting.promise as Promise<HubAnswers[Q['ask']]>;
  }

  /** Its process stands still, whatever it does, or goes on; where the system has such signals. */
  freeze(isFrozen: boolean): void {
    this.#child.kill(isFrozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** SIGKILL, where the system has it. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#wanted = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Ends it in order. */
  async end(): Promise<void> {
    if (this.#over) return;
    this.#wanted = true;
    await this.ask({ ask: 'close' }).catch(() => {});
    await this.#exited;
  }

  #message(message: FromHub): void {
    if ('listening' in message)
      this.#listening.resolve({ tcp: message.listening, udp: message.udp, mqtt: message.mqtt });
    else if ('failed' in message) this.#listening.reject(notStarted(message.failed));
    else if ('arrived' in message) this.#events()?.arrived(message.board, message.arrived);
    else if ('setpoint' in message) this.#events()?.setpoint(message.board, message.setpoint);
    else if ('told' in message) this.#events()?.told(message.board, message.told);
    else {
      const waiting = this.#waiting.get(message.number);
      this.#waiting.delete(message.number);
      if ('error' in message) waiting?.reject(new Error(message.error));
      else waiting?.resolve(message.answer);
    }
  }

  #ended(how: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#listening.reject(notStarted(how));
    for (const waiting of this.#waiting.values()) waiting.reject(new HubDied('the hub has ended'));
    this.#waiting.clear();
    if (!this.#wanted) this.#events()?.died(how.trim());
  }
}

const notStarted = (why: string): KitelineError =>
  new KitelineError('CLOSED', say(`The lab's hub did not start: ${why}`, `实验室的中枢没有启动：${why}`));
