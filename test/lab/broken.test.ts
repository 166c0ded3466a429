/** The lab can fail: each of these broken libraries and hubs breaks a promise, and is caught by the scenario for it. */
import { expect, test } from 'vitest';
import type { BreachKind } from '../../src/lab/audit/breach.ts';
import { brokenHub, brokenLibrary, type Patch, runUntil } from './breaking.ts';

/** Runs within which each is caught, four at a time; seen: in the first four. */
const RUNS = 24;
/** Milliseconds that those could take at most on a loaded machine. */
const TIMEOUT_MS = 120_000;

interface Case {
  what: string;
  patch: Patch;
  scenario: string;
  kind: BreachKind;
}

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

test.each(LIBRARIES.map((each) => [each.what, each] as const))(
  'a library that %s',
  async (_, { patch, scenario, kind }) => {
    const kinds = await runUntil(kind, { runs: RUNS, seed: 1, scenario, library: brokenLibrary(patch) });
    expect(kinds).toContain(kind);
  },
  TIMEOUT_MS,
);

test.each(HUBS.map((each) => [each.what, each] as const))(
  'a hub that %s',
  async (_, { patch, scenario, kind }) => {
    const options = { runs: RUNS, seed: 1, scenario, hubArgv: brokenHub(patch) };
    // What never recovers is waited for no longer than it has to be.
    const kinds = await runUntil(kind, {
      ...options,
      ...(kind === 'not-recovered' && { patienceMs: 5_000 }),
    });
    expect(kinds).toContain(kind);
  },
  TIMEOUT_MS,
);
