import * as z from 'zod';
import type { AcceptedCommand } from '../../accepted.ts';
import { anything, described, maybe, members, millis, text, time, told } from './words.ts';

export const NewCommand = z
  .object({ name: z.string(), args: maybe(members()), deadline: maybe(millis()) })
  .meta({
    id: 'NewCommand',
    examples: [{ name: 'led', args: { on: true }, deadline: 5000 }],
    ...told(
      'args by name; deadline: milliseconds from now until which it may begin, 5000 unless told',
      'args 为命名参数；deadline 为最迟开始的毫秒数，默认 5000',
    ),
  });

const RpcError = z
  .object({ code: z.number(), message: text(), data: maybe(anything()) })
  .meta({ id: 'RpcError' });

export const Outcome = z
  .union([
    z.object({ outcome: z.literal('done'), result: anything() }),
    z.object({ outcome: z.literal('failed'), error: RpcError }),
    z.object({ outcome: z.literal('expired'), why: text(), message: text() }),
    z.object({ outcome: z.literal('unknown'), why: text(), message: text() }),
  ])
  .meta({
    id: 'CommandOutcome',
    ...told(
      'expired: it did not run and will not; unknown: it was sent, and nobody can know',
      'expired：没有执行，也不会再执行；unknown：已发出，结果无从得知',
    ),
  });

export const Accepted = described<AcceptedCommand>('AcceptedCommand', {
  id: text(),
  board: text(),
  name: text(),
  at: time(),
  state: z.enum(['open', 'settled']),
  outcome: maybe(Outcome),
});

export const Setpoint = z
  .object({
    holder: z.string(),
    args: maybe(members()),
    holdMs: maybe(millis()),
    takeover: maybe(z.boolean()),
    id: maybe(z.string()),
  })
  .meta({
    id: 'Setpoint',
    examples: [{ holder: 'ann', args: { left: 0.5 }, holdMs: 1000 }],
    ...told(
      'holdMs: milliseconds for which the hub renews it; id: only that lease goes on',
      'holdMs：中枢续约的毫秒数；id：只延续该租约',
    ),
  });

export const NewProgram = z.object({ files: z.record(z.string(), z.base64()) }).meta({
  id: 'NewProgram',
  examples: [{ files: { 'main.py': 'cHJpbnQoMSk=' } }],
  ...told('path: content as base64', '路径：base64 编码的内容'),
});
