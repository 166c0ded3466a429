import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTokens } from '../../src/commands/access-file.ts';
import { writeHubFile } from '../../src/commands/hub-file.ts';
import { start } from './cli.ts';
import { startUp, stop } from './up-hub.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'kiteline-access-'));
const access = (folder: string, ...args: string[]) => start(['access', ...args], {}, folder).ended;

test('links are made, listed without their secrets, and taken back, while a hub runs', async () => {
  const folder = newFolder();
  const hub = await startUp(folder);
  const made = await access(folder, 'add', 'viewer', 'kitchen tablet');
  const [, secret] = /#t=(\S+)/.exec(made.stdout) ?? [];
  const [, id] = /access revoke (\S+)"/.exec(made.stderr) ?? [];
  const boards = () => fetch(`${hub.http}/api/v1/boards`, { headers: { authorization: `Bearer ${secret}` } });
  expect((await boards()).status).toBe(200);
  const listed = (await access(folder)).stdout;
  expect(listed).toMatch(/operator +first/);
  expect(listed).toMatch(new RegExp(`${id} +viewer +kitchen tablet`));
  expect(listed).not.toContain(secret);
  expect((await access(folder, 'revoke', id ?? '')).stderr).toContain('does not come in any more');
  expect((await boards()).status).toBe(401);
  await stop(hub);
});

test('without a hub its folder counts, and the hub that starts then knows it; nobody else may read the file', async () => {
  const folder = newFolder();
  const made = await access(folder, 'add', 'operator', 'me');
  const [, secret] = /#t=(\S+)/.exec(made.stdout) ?? [];
  const file = join(folder, 'kiteline-data/access.json');
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain(secret);
  const hub = await startUp(folder);
  const answer = await fetch(`${hub.http}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } });
  expect(await answer.json()).toMatchObject({ role: 'operator', name: 'me' });
  await stop(hub);
});

test('a link is not taken back in the file alone while a hub is there that does not answer', async () => {
  const folder = newFolder();
  const made = await access(folder, 'add', 'viewer', 'tablet');
  const [, id] = /access revoke (\S+)"/.exec(made.stderr) ?? [];
  const data = join(folder, 'kiteline-data');
  const before = readFileSync(join(data, 'access.json'), 'utf8');
  await writeHubFile(data, { url: 'http://127.0.0.1:1', pid: process.pid });
  const refused = await access(folder, 'revoke', id ?? '');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('http://127.0.0.1:1') });
  expect(readFileSync(join(data, 'access.json'), 'utf8')).toBe(before);
});

test('what cannot be is said in a sentence', async () => {
  const folder = newFolder();
  expect(await access(folder, 'add', 'king', 'me')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('operator or viewer'),
  });
  expect(await access(folder, 'revoke', 'nobody')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no token nobody'),
  });
});

test('what was written into the folder while a hub was starting is known to it', async () => {
  const folder = join(newFolder(), 'data');
  const tokens = await openTokens(folder, () => {});
  await tokens.begin();
  const { id } = await (await openTokens(folder, () => {})).add('viewer', 'tablet');
  expect(tokens.list).toHaveLength(1);
  await tokens.reload();
  expect(tokens.list.map((token) => token.id)).toContain(id);
});
