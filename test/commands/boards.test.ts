/** `kiteline boards add|rotate|revoke|open|keys`, with a hub that runs and without one. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { writeHubFile } from '../../src/commands/hub-file.ts';
import { Wire } from '../hub/boards.ts';
import { boardKeyOf, KeyedWire } from '../hub/keyed-boards.ts';
import { plainTcp } from '../transport/plain.ts';
import { type Outcome, start } from './cli.ts';
import { startUp, stop, type UpHub } from './up-hub.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline boards '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function boards(...args: string[]): Promise<Outcome> {
  const program = start(['boards', ...args], {}, folder);
  program.child.stdin?.end();
  return program.ended;
}

const keyIn = ({ stdout }: Outcome) => boardKeyOf((JSON.parse(stdout) as { key: string }).key);

const connections: { close(): void }[] = [];
async function connection(port: number) {
  const end = await plainTcp(port);
  connections.push(end);
  onTestFinished(() => end.close());
  return end;
}

/** Ctrl-C, with nobody connected: a hub gives those who do not hang up 5 s. */
function stopAlone(hub: UpHub): Promise<Outcome> {
  for (const end of connections.splice(0)) end.close();
  return stop(hub);
}

it('with no hub running works on the file in the data folder', async () => {
  const data = ['--data', 'some data'];
  const added = await boards('add', 'greenhouse', ...data);
  expect(added.code).toBe(0);
  expect(JSON.parse(added.stdout)).toEqual({
    name: 'greenhouse',
    key: expect.stringMatching(/^[0-9a-f]{64}$/),
    wifi: [{ ssid: expect.any(String), password: expect.any(String) }],
  });
  expect(added.stderr).toMatch(/\/kiteline\.json.*No hub is running.*needs this key/s);
  const file = join(folder, 'some data', 'keys.json');
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  const twice = await boards('add', 'greenhouse', ...data);
  expect(twice).toMatchObject({ code: 2, stdout: '' });
  expect(twice.stderr).toContain('boards rotate greenhouse');

  const rotated = await boards('rotate', 'greenhouse', '--overlap', '1h', ...data);
  expect(rotated.stderr).toContain('is valid until');
  const [old, next] = [keyIn(added), keyIn(rotated)];
  const listed = await boards('keys', '--json', ...data);
  expect(JSON.parse(listed.stdout)).toMatchObject({
    board: 'greenhouse',
    keys: [{ id: old.id, until: expect.any(Number) }, { id: next.id }],
  });
  const shown = await boards('keys', ...data);
  expect(shown.stdout).toMatch(new RegExp(`greenhouse +${old.id} .*\\n.*${next.id}`));
  for (const { stdout, stderr } of [listed, shown]) {
    for (const { key } of [old, next])
      expect(stdout + stderr).not.toContain(Buffer.from(key).toString('hex'));
  }
  expect((await boards('rotate', 'greenhouse', '--overlap', '0', ...data)).stderr).toContain(
    'not valid any more',
  );
  expect(await boards('revoke', 'greenhouse', ...data)).toMatchObject({ code: 0, stdout: '' });
  expect((await boards('keys', ...data)).stdout).toMatch(/greenhouse +none: closed/);
  expect((await boards('open', 'greenhouse', ...data)).code).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ version: 1, boards: [] });
  expect(await boards('revoke', 'attic', ...data)).toMatchObject({ code: 1 });
  expect(await boards('add', '10.0.0.7', ...data)).toMatchObject({ code: 2 });
  expect(await boards('rotate', 'greenhouse', '--overlap', 'soon', ...data)).toMatchObject({ code: 2 });
});

it('leaves the file alone when a hub is there that does not answer', async () => {
  await boards('add', 'greenhouse');
  const file = join(folder, 'kiteline-data', 'keys.json');
  const before = readFileSync(file, 'utf8');
  await writeHubFile(join(folder, 'kiteline-data'), { url: 'http://127.0.0.1:1', pid: process.pid });
  const refused = await boards('revoke', 'greenhouse');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('http://127.0.0.1:1') });
  expect(readFileSync(file, 'utf8')).toBe(before);
});

it('with a hub running holds at once: the board that has the key is there, and gone when it is revoked', async () => {
  const hub = await startUp(folder, ['--memory']);
  const added = await boards('add', 'greenhouse');
  expect(JSON.parse(added.stdout)).toMatchObject({ hub: expect.stringMatching(new RegExp(`:${hub.tcp}$`)) });
  const impostor = new Wire(await connection(hub.tcp));
  await expect(impostor.hello({ board: 'greenhouse', boot: 'evil' })).rejects.toThrow('-32007');
  await hub.err(/127\.0\.0\.1:\d+ says that it is greenhouse and has no key of it/);

  const { key } = keyIn(added);
  const board = new KeyedWire(await connection(hub.tcp));
  await board.hello('greenhouse', key);
  await hub.err(/greenhouse is online/);
  const next = keyIn(await boards('rotate', 'greenhouse', '--overlap', '1h'));
  const other = new KeyedWire(await connection(hub.tcp));
  await other.hello('greenhouse', next.key, 'b2');
  await board.rest(); // its place is taken
  expect((await boards('revoke', 'greenhouse')).code).toBe(0);
  expect((await other.rest()).join()).toContain('key revoked');
  await hub.err(/greenhouse is lost: its key is not valid any more/);
  expect((await boards('keys')).stdout).toMatch(/greenhouse +none: closed/);
  await stopAlone(hub);
  // Also for the next hub, which keeps its history in memory as well.
  const again = await startUp(folder, ['--memory']);
  const back = new KeyedWire(await connection(again.tcp));
  expect(await back.prove('greenhouse', next.key)).toMatchObject({ error: { code: -32007 } });
  await again.err(/with a key that is not valid here/);
  await boards('open', 'greenhouse');
  const open = new Wire(await connection(again.tcp));
  expect(await open.hello({ board: 'greenhouse', boot: 'b3' })).toMatchObject({ clock: 0 });
  await stopAlone(again);
});

it('kiteline watch shows who was kept out, and a damaged key file keeps a hub from starting', async () => {
  const hub = await startUp(folder, [
    '--open-boards',
    'none',
    '--allow',
    '203.0.113.0/24',
    '--allow',
    '2001:db8::/32',
  ]);
  await boards('add', 'greenhouse');
  const watch = start(['watch'], {}, folder);
  await watch.err(/Watching/);
  const impostor = new Wire(await connection(hub.tcp));
  await expect(impostor.hello({ board: 'greenhouse', boot: 'evil' })).rejects.toThrow('-32007');
  await watch.out(/greenhouse +127\.0\.0\.1:\d+ says that it is greenhouse and has no key/);
  const open = new Wire(await connection(hub.tcp));
  await open.hello({ board: 'attic', boot: 'b1' });
  const command = start(['command', 'attic', 'led'], {}, folder);
  expect(await command.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('boards add attic') });
  await stop(watch);
  await stopAlone(hub);
  for (const args of [
    ['--allow', 'here'],
    ['--open-boards', 'some'],
  ]) {
    const refused = start(['up', '--tcp', '0', '--udp', '0', '--http', '0', ...args], {}, folder);
    expect((await refused.ended).code).toBe(2);
  }
  writeFileSync(join(folder, 'kiteline-data', 'keys.json'), '{');
  const damaged = start(['up', '--tcp', '0', '--udp', '0', '--http', '0'], {}, folder);
  expect(await damaged.ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('keys.json is damaged'),
  });
});
