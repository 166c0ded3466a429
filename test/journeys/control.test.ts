/** From the command line to a motor: `kiteline control`, the hub, the air, the board library, and who is told of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { start } from '../commands/cli.ts';
import { startUp } from '../commands/up-hub.ts';
import { boardAt, startLibrary } from '../helpers/library.ts';

/** Its lease is long: a command line that a busy machine holds up does not lose it. */
const ROVER = (port: number) => `${boardAt(port)}
def halt():
    print("halt")

last = None

@board.control("drive", lease=4000, stop=halt, left=(float, -1, 1), right=(float, -1, 1))
def drive(left, right):
    global last
    if (left, right) != last:
        last = (left, right)
        print("drive", left, right)

board.run()
`;

test('a board is steered from the command line, taken over, and stops when nobody steers any more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline steering '));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hub = await startUp(folder);
  const running = await startLibrary(ROVER(hub.tcp));
  await hub.err(/^b is online$/m);
  const watch = start(['watch'], {}, folder);
  await watch.err(/Watching/);

  const ann = start(['control', 'b', 'drive', 'left=0.5', 'right=0.5', '--holder', 'ann'], {}, folder);
  await running.out(/drive 0\.5 0\.5\n/);
  await watch.out(/b {2}drive held by ann\n/);
  await watch.out(/b {2}drive goes by datagram/);

  const refused = await start(['control', 'b', 'drive', 'left=2', 'right=0', '--takeover'], {}, folder).ended;
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('left takes a number, -1 to 1') });

  const op = start(
    ['control', 'b', 'drive', 'left=-1', 'right=1', '--holder', 'op', '--takeover'],
    {},
    folder,
  );
  await running.out(/drive -1\.0 1\.0\n/);
  await watch.out(/drive taken over: op took it over from ann\.\n/);
  expect(await ann.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/op took it over\.\n$/) });
  expect(running.stdout()).not.toContain('halt');

  op.child.kill('SIGKILL'); // nobody says any more that it goes on
  await running.out(/halt\n/);
  await watch.out(
    /drive ended \(op\): Nobody renewed it in time: the lease lapsed, and b stops by itself\.\n/,
  );
  const boards = await start(['boards'], {}, folder).ended;
  expect(boards.stdout).toMatch(/drive: free, lapsed \d+ s ago\n/);
  expect(running.stderr()).toBe('');
});
