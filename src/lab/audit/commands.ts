/** Promise 2: a command runs at most once, and whoever gave it learns what came of it. */
import { isDeepStrictEqual } from 'node:util';
import { say } from '../../language.ts';
import type { GivenOutcome } from '../outcome.ts';
import type { BoardRecord, CommandRecord, HandlerRecord } from '../record.ts';
import type { Breach } from './breach.ts';

/** Error codes of PROTOCOL.md. */
const CODE = {
  RAISED: -32000,
  STOPPED: -32002,
  RESULT_TOO_LONG: -32005,
  NO_SUCH_COMMAND: -32601,
  WRONG_ARGUMENTS: -32602,
} as const;

/**
 * Milliseconds by which a beginning may seem to be behind its deadline: a board's ticks are brought to this machine's clock by the
 * line that came fastest of some hundred. On a machine with much else to do a thread waits between a look at the clock and
 * the next step: about as long as this process does.
 */
const CLOCK_SLACK_MS = 50;
const LAGS = 3;

/** What is wrong with a board's commands; nothing, where all is as promised. */
export function auditCommands({ name, commands, handlers }: BoardRecord, lagMs: number): Breach[] {
  const breaches: Breach[] = [];
  const given = new Set(commands.map(({ k }) => k));
  for (const command of commands) {
    const runs = handlers.filter(({ k }) => k === command.k);
    const what = `${name} ${command.name} ${command.k}`;
    if (runs.length > 1) {
      breaches.push({
        kind: 'ran-twice',
        count: 1,
        sentence: say(`${what} ran ${runs.length} times.`, `${what} 执行了 ${runs.length} 次。`),
      });
    }
    const why = wrong(command, runs) ?? tooLate(command, runs, CLOCK_SLACK_MS + LAGS * lagMs);
    if (why) breaches.push({ kind: 'wrong-outcome', count: 1, sentence: `${what}: ${why}` });
  }
  for (const { k } of handlers) {
    if (given.has(k)) continue;
    breaches.push({
      kind: 'wrong-outcome',
      count: 1,
      sentence: say(`${name} ran command ${k}, which nobody gave.`, `${name} 执行了无人发出的命令 ${k}。`),
    });
  }
  return breaches;
}

/** Why an outcome is not what the board recorded; undefined where it is. */
function wrong({ outcome }: CommandRecord, runs: HandlerRecord[]): string | undefined {
  if (!outcome) return say('nobody was told what came of it, ever.', '始终没有得到任何结果。');
  const [run] = runs;
  switch (outcome.outcome) {
    case 'done':
      if (!run) return say('was told done, and never ran.', '报告已完成，但从未执行。');
      if (run.end.how !== 'returned')
        return say(
          `was told done; on the board it ${english(run)}.`,
          `报告已完成；在板子上${chinese(run)}。`,
        );
      if (isDeepStrictEqual(run.end.result, outcome.result)) return undefined;
      return say(
        `was told ${JSON.stringify(outcome.result)}; the board returned ${JSON.stringify(run.end.result)}.`,
        `得到的结果是 ${JSON.stringify(outcome.result)}；板子返回的是 ${JSON.stringify(run.end.result)}。`,
      );
    case 'failed':
      return wrongFailure(outcome.error, run);
    case 'expired':
    case 'not-given':
      if (!run) return undefined;
      return say(
        `was told ${told(outcome)}, which means that it did not and will not run; it ran.`,
        `得到 ${told(outcome)}（意味着没有也不会执行），但它执行了。`,
      );
    case 'unknown':
    case 'hub-died':
      return undefined; // at most once is all that is promised
  }
}

/** Nothing begins after its deadline, whatever the network does. */
function tooLate({ untilMs }: CommandRecord, [run]: HandlerRecord[], slackMs: number): string | undefined {
  if (!run || untilMs === undefined || run.beganMs <= untilMs + slackMs) return undefined;
  const late = Math.round(run.beganMs - untilMs);
  return say(`began ${late} ms after its deadline.`, `在截止时间之后 ${late} 毫秒才开始。`);
}

const told = (outcome: Extract<GivenOutcome, { outcome: 'expired' | 'not-given' }>): string =>
  outcome.outcome === 'expired' ? `expired (${outcome.why})` : 'not given';

function wrongFailure(
  error: { code: number; message: string },
  run: HandlerRecord | undefined,
): string | undefined {
  const { code, message } = error;
  switch (code) {
    case CODE.RAISED:
      if (run?.end.how === 'raised' && (run.end.message ?? message) === message) return undefined;
      break;
    case CODE.STOPPED:
      // One that was stopped before its first step has not begun.
      if (!run || run.end.how === 'cancelled') return undefined;
      break;
    case CODE.RESULT_TOO_LONG:
      if (run?.end.how === 'returned') return undefined;
      break;
    case CODE.NO_SUCH_COMMAND:
    case CODE.WRONG_ARGUMENTS:
      if (!run) return undefined;
      break;
    default:
  }
  return say(
    `was told that it failed (${code} ${message}); on the board it ${run ? english(run) : 'did not run'}.`,
    `报告失败（${code} ${message}）；在板子上${run ? chinese(run) : '没有执行'}。`,
  );
}

function english({ end }: HandlerRecord): string {
  switch (end.how) {
    case 'returned':
      return `returned ${JSON.stringify(end.result)}`;
    case 'raised':
      return `raised "${end.message ?? ''}"`;
    case 'cancelled':
      return 'was stopped';
    case 'none':
      return 'did not come to an end';
  }
}

function chinese({ end }: HandlerRecord): string {
  switch (end.how) {
    case 'returned':
      return `返回了 ${JSON.stringify(end.result)}`;
    case 'raised':
      return `引发了 "${end.message ?? ''}"`;
    case 'cancelled':
      return '被停止';
    case 'none':
      return '没有执行完';
  }
}
