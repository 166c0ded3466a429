import type { Samples, Skips } from '../../wire/index.ts';
import type { Inside } from '../inside.ts';
import type { Session, Work } from '../session.ts';

/** Samples, from an object or a SenML pack, go to the store; the feed and the app learn of them once it has accepted them. */
export function handleSamples(message: Samples, work: Work, session: Session, inside: Inside): void {
  const { at, board, receipt, sender } = work;
  for (const [key, times] of Object.entries(message.skipped)) {
    const reason = key as keyof Skips;
    if (receipt) receipt.skipped[reason] = (receipt.skipped[reason] ?? 0) + times;
    session.drop(board, reason, times);
  }
  for (const { values, units, t, relative = 0, seq, boot } of message.samples) {
    const isNumbered = session.link !== undefined && seq !== undefined;
    const owner = isNumbered ? session.link?.take(seq, boot) : sender;
    if (!owner) continue;
    // A number that is taken is acknowledged, also where there is nothing to keep.
    if (isNumbered && values.size === 0) inside.intake.took(owner, 0);
    if (values.size === 0) continue; // heard of, but nothing to keep
    if (work.behind) {
      session.lose(work, 'STORE_BEHIND');
      continue;
    }
    const layout = board.layouts.ofValues(values, units);
    inside.intake.add(owner, layout, t ?? at + relative, [...values.values()]);
  }
}
