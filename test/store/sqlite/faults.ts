import type { Hook, Operation } from './intercept.ts';

/** How an operation fails. */
export interface Fault {
  operation: Operation;
  code: 'ENOSPC' | 'EIO' | 'none';
  /** What happens all the same, before it fails: that share of a write or sync, all of another operation or nothing. */
  share: number;
  /** How many of these operations fail, one after the other. */
  times: number;
}

/** Fails the n-th of one kind of operations. */
export class FailingHook {
  /** Operations of that kind so far. */
  count = 0;
  /** How many failed. */
  failed = 0;
  #at = Number.POSITIVE_INFINITY;
  readonly #fault: Fault;

  constructor(fault: Fault) {
    this.#fault = fault;
  }

  /** From now on, the n-th fails. */
  failAt(n: number): void {
    this.count = 0;
    this.failed = 0;
    this.#at = n;
  }

  stop(): void {
    this.#at = Number.POSITIVE_INFINITY;
  }

  readonly hook: Hook = (operation, run, part) => {
    const { share, times, code } = this.#fault;
    if (operation !== this.#fault.operation) return run();
    this.count++;
    if (this.count < this.#at || this.count >= this.#at + times) return run();
    this.failed++;
    const done = part ? part(share) : share >= 0.5 ? run() : undefined;
    if (code === 'none') return done as ReturnType<typeof run>;
    throw isOfDatabase(operation) ? sqliteError(code) : systemError(code);
  };
}

const isOfDatabase = (operation: Operation): boolean => operation === 'exec' || operation === 'run';

const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: injected`), { code, errno: -1, syscall: 'write' });

/** As node:sqlite throws them: SQLITE_FULL is 13, SQLITE_IOERR_WRITE 778 (sqlite.org/rescode.html). */
const sqliteError = (code: string): Error =>
  Object.assign(new Error(code === 'ENOSPC' ? 'database or disk is full' : 'disk I/O error'), {
    code: 'ERR_SQLITE_ERROR',
    errcode: code === 'ENOSPC' ? 13 : 778,
  });
