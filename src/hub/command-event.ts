import { inLanguage } from '../language.ts';
import { type CommandOutcome, reasonSentence } from './command-outcomes.ts';
import type { CommandEvent } from './feed.ts';

/** What the feed tells of a command. @param at milliseconds since 1970 UTC @param outcome undefined: it was sent */
export function commandEvent(
  board: string,
  at: number,
  { id, name }: { id: number; name: string },
  outcome: CommandOutcome | undefined,
): CommandEvent {
  const event = { type: 'command', board, at, id, name, state: outcome?.outcome ?? 'sent' } as const;
  switch (outcome?.outcome) {
    case 'failed':
      return { ...event, message: outcome.error.message };
    case 'expired':
    case 'unknown':
      return { ...event, why: outcome.why, message: sentenceFor(outcome, board) };
    default:
      return event;
  }
}

/** To everybody, whatever language the one reads who asked for it. */
const sentenceFor = (
  { why, message }: Extract<CommandOutcome, { outcome: 'expired' | 'unknown' }>,
  board: string,
): string => inLanguage(undefined, () => reasonSentence(why, board)) ?? message;
