import * as z from 'zod';
import type { Examination } from '../../../hub/examination.ts';
import type { RefusedMessage } from '../../../hub/refusals.ts';
import type { HubHealth as Health } from '../../doctor.ts';
import { anything, count, described, maybe, millis, named, text, time, told } from './words.ts';

const Refused = described<RefusedMessage>('Refused', {
  board: text(),
  at: time(),
  address: text(),
  reason: text(),
  message: text(),
  times: count(),
});

export const HubHealth = described<Health>('HubHealth', {
  time: time(),
  mdns: maybe(text()),
  disk: maybe(z.object({ folder: text(), free: count(), size: count() })),
  storeFailed: maybe(z.object({ at: time(), message: text() })),
  refused: z.array(Refused),
});

export const BoardHealth = described<Examination>('BoardHealth', {
  report: maybe(named(anything())).meta(told('what the board says of itself', '板子对自身的描述')),
  silent: maybe(z.boolean()),
  roundTrips: z.array(millis()),
});
