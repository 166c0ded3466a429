import * as z from 'zod';
import type { ArgumentInfo } from '../../../hub/arguments.ts';
import type { BoardInfo } from '../../../hub/boards.ts';
import type { LeaseEnd } from '../../../hub/control/ends.ts';
import type { ControlStatus } from '../../../hub/controls.ts';
import type { DialInfo } from '../../../hub/dial.ts';
import type { CommandStatus, PresenceState, SessionInfo } from '../../../hub/presence-info.ts';
import type { ProgramInfo } from '../../../hub/programs/info.ts';
import type { LatestValue, SeriesInfo, StoredText } from '../../../store/store.ts';
import { anything, count, described, maybe, millis, named, text, time, told, Value } from './words.ts';

const Argument = described<ArgumentInfo>('Argument', {
  type: z.enum(['bool', 'int', 'float', 'str', 'json']),
  min: maybe(z.number()),
  max: maybe(z.number()),
  unit: maybe(text()),
  choices: maybe(z.array(z.union([z.string(), z.number()]))),
  optional: maybe(z.boolean()),
});

const args = maybe(named(Argument));

const Command = described<CommandStatus>('CommandStatus', {
  args,
  last: maybe(z.object({ args: named(anything()), result: anything(), at: time() })),
});

const End = described<LeaseEnd & { holder: string; id: string }>('LeaseEnd', {
  why: text(),
  message: text(),
  at: time(),
  by: maybe(text()),
  holder: text(),
  id: text(),
});

/** A control, as it stands in a board. */
const control: Record<keyof ControlStatus, z.ZodType> = {
  args,
  lease: millis(),
  id: maybe(text()),
  holder: maybe(text()),
  since: maybe(time()),
  via: maybe(z.enum(['datagram', 'session'])),
  loss: maybe(z.number().meta(told('0 to 1', '0 到 1'))),
  roundTrip: maybe(millis()),
  sent: maybe(count()),
  replaced: maybe(count()),
  late: maybe(millis()),
  ended: maybe(End),
};

export const Control = described<ControlStatus>('ControlStatus', control);

const State = described<PresenceState>('Presence', {
  state: z.enum(['online', 'lost']),
  since: time(),
  why: maybe(text()),
  said: maybe(text()),
});

const Session = described<SessionInfo>('Session', {
  id: text(),
  boot: text(),
  library: maybe(text()),
  address: text(),
  since: time(),
  keepalive: millis(),
  roundTrip: maybe(millis()),
  rssi: maybe(z.number().meta(told('dBm', 'dBm'))),
  reset: maybe(text()),
  key: maybe(text()),
});

const Program = described<ProgramInfo>('Program', {
  id: maybe(text()),
  trial: maybe(z.literal(true)),
  failed: maybe(z.object({ id: maybe(text()), why: text() })),
});

export const Board = described<BoardInfo>('Board', {
  name: text(),
  address: text(),
  transport: text(),
  connections: count(),
  firstSeen: time(),
  lastSeen: time(),
  messages: count(),
  samples: count(),
  texts: count(),
  dropped: named(count()).meta(told('what was lost, by reason', '丢失的内容，按原因')),
  presence: maybe(State),
  session: maybe(Session),
  reconnects: maybe(count()),
  restarts: maybe(count()),
  duplicates: maybe(count()),
  reported: maybe(z.object({ samples: count(), logs: count() })),
  commands: maybe(named(Command)),
  controls: maybe(named(Control)),
  metrics: maybe(named(z.object({ unit: text() }))),
  program: maybe(Program),
});

export const Boards = z.object({ boards: z.array(Board) }).meta({ id: 'Boards' });

const Latest = described<LatestValue>('Latest', {
  metric: text(),
  value: Value,
  at: time(),
  unit: maybe(text()),
});

const Series = described<SeriesInfo>('Series', {
  metric: text(),
  unit: maybe(text()),
  points: count(),
  from: time(),
  to: time(),
});

const Text = described<StoredText>('Text', { board: text(), at: time(), text: text() });

export const BoardPage = z
  .object({
    board: z.union([Board, z.null()]).meta(told('null where only history is there', '只有历史数据时为 null')),
    latest: z.array(Latest),
    series: z.array(Series),
    texts: z.array(Text),
  })
  .meta({ id: 'BoardPage' });

const Dial = described<DialInfo>('Dial', {
  url: text(),
  state: z.enum(['dialling', 'connected']),
  why: maybe(text()),
  since: time(),
  tries: count(),
  address: maybe(text()),
});

export const Dials = z.object({ dials: z.array(Dial) }).meta({ id: 'Dials' });
