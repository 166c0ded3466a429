import type { CommandOutcome } from '../../src/hub/command-outcomes.ts';
import type { Json } from '../../src/wire/index.ts';
import { outcome as outcomeText, t } from '../lang/lang.ts';
import { postJson, sentenceOf } from './answers.ts';

/** Milliseconds that a board has to begin: longer than a person waits with a finger on it. */
const DEADLINE_MS = 5_000;

/** What became of a press, in a person's words. */
export type Told = { state: 'sending' | 'done' | 'failed' | 'expired' | 'unknown'; text: string };

/** Has a board run a command. */
export async function run(
  board: string,
  name: string,
  args: Record<string, Json | undefined>,
): Promise<Told> {
  let outcome: CommandOutcome;
  try {
    const path = `/api/v1/boards/${encodeURIComponent(board)}/commands`;
    const answer = await postJson(path, { name, args, deadline: DEADLINE_MS });
    if (!answer.ok) return { state: 'failed', text: await sentenceOf(answer) };
    outcome = (await answer.json()) as CommandOutcome;
  } catch {
    return { state: 'unknown', text: `${t('unknown')}: ${t('reconnecting')}` };
  }
  switch (outcome.outcome) {
    case 'done':
      return {
        state: 'done',
        text: outcome.result === null ? t('done') : `${t('done')}: ${JSON.stringify(outcome.result)}`,
      };
    case 'failed':
      return { state: 'failed', text: `${t('failed')}: ${outcome.error.message}` };
    default:
      return {
        state: outcome.outcome,
        text: `${t(outcome.outcome)}: ${outcomeText(outcome.why, board, outcome.message)}`,
      };
  }
}
