import type { Clock } from '../clock.ts';

/** Milliseconds without a byte of an answer, until one is sent that means nothing: a reader that is gone shows. Below the usual 30 s of proxies. */
export const HEARTBEAT_MS = 15_000;

/** What is waited for, or `silence` when it has not come for so long that the reader must hear something. */
export function orSilence<T>(next: Promise<T>, clock: Clock): Promise<T | 'silence'> {
  return new Promise((resolve, reject) => {
    const alarm = clock.alarm(HEARTBEAT_MS, () => resolve('silence'));
    next.then(resolve, reject).finally(() => alarm.cancel());
  });
}
