import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/**
 * Keeps these processes on the first core, or lets them run on all again. Two processes that only ever answer each other
 * else measure, by chance, how long an idle core takes to wake.
 * @returns false where the system has no `taskset`
 */
export function onOneCore(pids: readonly number[], one: boolean): boolean {
  const cores = one ? '0' : `0-${cpus().length - 1}`;
  try {
    for (const pid of pids) execFileSync('taskset', ['-acp', cores, String(pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
