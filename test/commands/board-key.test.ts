/** From `boards add` to `board run --key`, and what becomes of that board when its key is revoked. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Outcome, start } from './cli.ts';
import { startUp } from './up-hub.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-board-key-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string): string => join(folder, name);

function boards(...args: string[]): Promise<Outcome> {
  const program = start(['boards', ...args], {}, folder);
  program.child.stdin?.end();
  return program.ended;
}

it('a virtual board runs with the file that `boards add` prints; without it, or revoked, it is told why not', async () => {
  const hub = await startUp(folder);
  writeFileSync(path('shed.json'), (await boards('add', 'shed')).stdout);
  writeFileSync(
    path('main.py'),
    'import kiteline\nboard = kiteline.Board()\nboard.send({"n": 1})\nboard.run()\n',
  );
  const run = (...args: string[]) =>
    start(['board', 'run', path('main.py'), '--hub', `127.0.0.1:${hub.tcp}`, ...args], {}, folder);
  const without = run('--name', 'shed');
  await without.out(/kiteline: offline: 127\.0\.0\.1:\d+ refuses this board: .*\bkey\b.*\n/);
  without.child.kill();
  const keyed = run('--key', path('shed.json'));
  await keyed.out(/kiteline: online, as shed\n/);
  await hub.err(/shed is online/);
  expect((await boards('revoke', 'shed')).code).toBe(0);
  await keyed.out(/kiteline: offline: the hub ended the session: key revoked\n/);
  await keyed.out(/cannot prove that it is yours: it says: .*no such key/);
});
