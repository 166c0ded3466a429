/** The lab can fail: each of these broken libraries and hubs breaks a promise, and is caught by the scenario for it. */
import { type Case, testCaught } from './breaking.ts';

const LIBRARIES: Case[] = [
  {
    what: 'forgets at each session what it was told to do and what it replied',
    patch: { file: 'commands.py', from: 'if self._hub not in (None, hub):', to: 'if True:' },
    scenario: 'half-open-from-board',
    kind: 'ran-twice',
  },
  {
    what: 'says of what it stopped that it never ran',
    patch: {
      file: 'commands.py',
      from: 'self._fail(running, id, _STOPPED,',
      to: 'self._fail(running, id, _EXPIRED,',
    },
    scenario: 'calm',
    kind: 'wrong-outcome',
  },
  {
    what: 'begins commands after their deadline',
    patch: { file: 'commands.py', from: 'if left <= 0:', to: 'if False:' },
    scenario: 'half-open-to-board',
    kind: 'wrong-outcome',
  },
  {
    what: 'drops samples without counting them',
    patch: { file: 'samples.py', from: '        self.dropped += count\n', to: '' },
    scenario: 'queue-full-oldest',
    kind: 'lost',
  },
  {
    what: 'takes each piece that arrives for whole characters (micropython-iot)',
    patch: {
      file: 'connection.py',
      from: 'data = await stream.read(_READ)\n',
      to: 'data = await stream.read(_READ)\n            data.decode()\n',
    },
    scenario: 'single-bytes',
    kind: 'link-broke',
  },
];

const HUBS: Case[] = [
  {
    what: 'falls over',
    patch: {
      file: 'hub/numbering.ts',
      from: '    this.#storing = this.#taken;\n',
      to: `    this.#storing = this.#taken;
    if (this.#taken > 9) setImmediate(() => process.exit(3));\n`,
    },
    scenario: 'calm',
    kind: 'broke',
  },
  {
    what: 'acknowledges before the commit',
    patch: {
      file: 'hub/numbering.ts',
      from: '    this.#storing = this.#taken;\n',
      to: `    this.#storing = this.#taken;
    this.#stored = this.#taken;
    this.#owner.sealed(this, 'STORED');\n`,
    },
    scenario: 'disk-full',
    kind: 'lost',
  },
  {
    what: 'stores what comes again',
    patch: { file: 'hub/numbering.ts', from: 'if (seq <= this.#taken) return false;', to: '' },
    scenario: 'disk-slow',
    kind: 'doubled',
  },
  {
    what: 'sends to another start of the board what it had sent to the one before',
    patch: {
      file: 'hub/board-commands.ts',
      from: 'if (command.boot !== link.boot) this',
      to: 'if (false) this',
    },
    scenario: 'board-hard-reset',
    kind: 'ran-twice',
  },
  {
    what: 'says of what got no reply that it did not run',
    patch: {
      file: 'hub/board-commands.ts',
      from: "unknown(this.#link ? 'NO_REPLY' : 'NOT_BACK', this.#board)",
      to: "expired('TOO_LATE', this.#board)",
    },
    scenario: 'half-open-from-board',
    kind: 'wrong-outcome',
  },
];

const UNRECOVERED: Case[] = [
  {
    what: 'refuses a board while an old connection of it lives (micropython-iot)',
    patch: {
      file: 'hub/handlers/hello.ts',
      from: '  if (newest && newest.arrival > arrival) {',
      to: '  if (newest) {',
    },
    scenario: 'stale-socket',
    kind: 'not-recovered',
  },
];

testCaught(LIBRARIES, HUBS);
const STUCK: Case[] = [
  {
    what: 'forgets samples when they are sent, not when they are on disk',
    patch: {
      file: 'samples.py',
      from: '            self._next += 1\n',
      to: '            self._next += 1\n            self.ack(self._next - 1)\n',
    },
    scenario: 'stale-fragment',
    kind: 'lost',
  },
  {
    what: 'tries a new program again and again, however often it fails',
    patch: { file: 'program.py', from: 'if state["trial"] >= TRIES:', to: 'if False:' },
    scenario: 'program-bad',
    kind: 'not-recovered',
  },
];

testCaught(STUCK, UNRECOVERED, 5_000);
