import type { Clock } from '../../clock.ts';
import { alertLimits } from './check.ts';
import type { PostTrouble, WebhookInfo } from './rule.ts';

const limits = {
  /** Posts that wait; then the oldest go. As many as there are when every rule fires, and is quiet again, while nobody answers. */
  waiting: 2 * alertLimits.rules,
  /** Milliseconds for an answer: what takes longer is taken for dead. */
  answerMs: 10_000,
} as const;

/** Milliseconds between one try and the next; after the last one it is given up: a receiver that is restarted, or updated, is back. */
export const RETRY_MS = [1_000, 5_000, 30_000, 120_000, 600_000] as const;

/**
 * Posts JSON to one address, one post after another, and never holds up who gives it something. A post that gets no success for an
 * answer is tried again, but not one that was refused for good: an HTTP status 4xx other than 408 and 429 (RFC 9110 section 15.5).
 */
export class Webhook {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #waiting: string[] = [];
  #url: string | undefined;
  #left = new AbortController(); // aborted when the address is another one
  #isRunning = false;
  #posted = 0;
  #failed = 0;
  #dropped = 0;
  #trouble: PostTrouble | undefined;

  /** @param changed told when there is something new to show */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get info(): WebhookInfo {
    return {
      isSet: this.#url !== undefined,
      waiting: this.#waiting.length,
      posted: this.#posted,
      failed: this.#failed,
      dropped: this.#dropped,
      ...(this.#trouble && { trouble: this.#trouble }),
    };
  }

  /** Where posts go from now on, also those that wait; undefined for nowhere: what waits is dropped. */
  set url(url: string | undefined) {
    if (url === this.#url) return;
    this.#url = url;
    this.#trouble = undefined;
    if (url === undefined) this.#dropped += this.#waiting.splice(0).length;
    this.#left.abort();
    this.#left = new AbortController();
    this.#run();
  }

  /** Puts something in the queue; without an address it goes nowhere. */
  post(body: object): void {
    if (this.#url === undefined) return;
    if (this.#waiting.length >= limits.waiting) {
      this.#waiting.shift();
      this.#dropped++;
    }
    this.#waiting.push(JSON.stringify(body));
    this.#run();
  }

  /** Posts at once, past the queue, and tries once. @returns what went wrong; undefined for nothing */
  async test(body: object): Promise<PostTrouble | undefined> {
    const trouble = this.#url === undefined ? undefined : await this.#try(JSON.stringify(body), this.#url);
    this.#trouble = trouble;
    this.#changed();
    return trouble;
  }

  /** Ends what is under way; nothing is posted any more. */
  close(): void {
    this.#url = undefined;
    this.#waiting.length = 0;
    this.#left.abort();
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#empty().finally(() => {
      this.#isRunning = false;
    });
  }

  async #empty(): Promise<void> {
    let tries = 0;
    for (;;) {
      const [url, body, { signal }] = [this.#url, this.#waiting[0], this.#left];
      if (url === undefined || body === undefined) return;
      const trouble = await this.#try(body, url);
      if (signal.aborted) {
        tries = 0;
        continue; // it goes somewhere else now
      }
      this.#trouble = trouble;
      const pause = trouble && isWorthwhile(trouble) ? RETRY_MS[tries] : undefined;
      tries = pause === undefined ? 0 : tries + 1;
      if (pause === undefined) {
        if (this.#waiting[0] === body) this.#waiting.shift(); // it may have been pushed out meanwhile
        if (trouble) this.#failed++;
        else this.#posted++;
      }
      this.#changed();
      if (pause !== undefined) await this.#pause(pause, signal);
      if (signal.aborted) tries = 0;
    }
  }

  /** One try. @returns what went wrong; undefined for nothing */
  async #try(body: string, url: string): Promise<PostTrouble | undefined> {
    const late = new AbortController();
    const alarm = this.#clock.alarm(limits.answerMs, () => late.abort());
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([late.signal, this.#left.signal]),
      });
      await answer.body?.cancel();
      return answer.ok ? undefined : { why: 'STATUS', at: this.#clock.now(), status: answer.status };
    } catch (error) {
      if (late.signal.aborted) return { why: 'SILENT', at: this.#clock.now() };
      return { why: 'NETWORK', at: this.#clock.now(), code: codeOf(error) };
    } finally {
      alarm.cancel();
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const alarm = this.#clock.alarm(ms, resolve);
      signal.addEventListener('abort', () => {
        alarm.cancel();
        resolve();
      });
    });
  }
}

/** Whether the same may be taken when it comes again. */
const isWorthwhile = (trouble: PostTrouble): boolean =>
  trouble.why !== 'STATUS' || trouble.status >= 500 || trouble.status === 408 || trouble.status === 429;

/** What the system calls it (`ECONNREFUSED`): it stands in the cause of what fetch throws. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'FAILED';
}
