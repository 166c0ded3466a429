/** `kiteline up --dial`: boards that listen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../helpers/board.ts';
import { run, start, tcpServer } from './cli.ts';
import { startUp, stop } from './up-hub.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline dial '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('reaches boards that listen, and says of each how it stands', async () => {
  const there = await tcpServer((socket) => socket.write('{"temp":21.5}\n'));
  const nowhere = await freePort('tcp', '127.0.0.1');
  const dials = ['--dial', `tcp://127.0.0.1:${there}`, '--dial', `tcp://127.0.0.1:${nowhere}`];
  const hub = await startUp(folder, dials);
  const [, both] = await hub.err(/Dialling boards that listen: (.*)\n/);
  expect(both).toBe(`tcp://127.0.0.1:${there}, tcp://127.0.0.1:${nowhere}`);
  await hub.err(new RegExp(`tcp://127.0.0.1:${nowhere}: Nothing listens at .* goes on dialling\\.\\n`));
  await hub.err(new RegExp(`tcp://127.0.0.1:${there}: connected\\n`));
  await hub.err(/A new board: 127\.0\.0\.1\n/);
  const boards = start(['boards'], {}, folder);
  const { stdout } = await boards.ended;
  expect(stdout).toMatch(/^DIALLED .*\n/);
  expect(stdout).toMatch(new RegExp(`tcp://127.0.0.1:${there} .* connected\\n`));
  expect(stdout).toMatch(new RegExp(`tcp://127.0.0.1:${nowhere} .* Nothing listens`));
  expect(stdout).toMatch(/\n127\.0\.0\.1 .*tcp 127\.0\.0\.1:\d+ /);
  expect((await stop(hub)).code).toBe(0);
});

it.each([
  [['--dial', 'udp://127.0.0.1:9000'], 'A board is dialled by TCP'],
  [['--dial', '192.168.1.50'], 'is not an address of a board'],
  [['--name', 'two words'], "cannot be a hub's name"],
])('refuses %j in a sentence', async (args, sentence) => {
  const data = ['--data', join(folder, 'data'), '--tcp', '0', '--udp', '0', '--http', '0'];
  const { code, stderr } = await run(['up', ...data, ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
  expect(stderr).not.toContain('    at ');
});
