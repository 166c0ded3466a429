import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Receiver } from '../hub/alerts/receiver.ts';
import { start } from './cli.ts';
import { startUp, stop } from './up-hub.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'kiteline-alerts-'));
const alerts = (folder: string, ...args: string[]) => start(['alerts', ...args], {}, folder).ended;

test('without a hub its folder counts; the hub that starts then posts what fires, and the list shows it', async () => {
  const folder = newFolder();
  const receiver = await Receiver.start();
  expect((await alerts(folder)).stderr).toContain('There are no rules');
  const made = await alerts(folder, 'add', 'cellar', 'temp', 'below', '-2.5');
  const id = made.stdout.trim();
  expect(id).toMatch(/^[0-9a-f]{8}$/);
  expect((await alerts(folder, 'webhook', receiver.url)).stdout).toContain(receiver.url);
  const file = join(folder, 'kiteline-data/alerts.json');
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ rules: [{ id, value: -2.5 }] });

  const hub = await startUp(folder);
  await fetch(`${hub.http}/samples?board=cellar`, { method: 'POST', body: '{"temp":-7}' });
  expect((await receiver.next()).body).toMatchObject({ id, state: 'firing', seen: -7 });
  expect((await alerts(folder)).stdout).toMatch(
    new RegExp(`${id} +cellar +temp +below -2.5 +fires since .* \\(-7\\)`),
  );
  expect((await alerts(folder, 'webhook', '--test')).stderr).toContain('The webhook took it');
  receiver.close();
  expect(await alerts(folder, 'webhook', '--test')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ECONNREFUSED'),
  });
  expect((await alerts(folder)).stderr).toContain('cannot be reached');
  expect((await alerts(folder, 'webhook', '--off')).stderr).toContain('nowhere');
  expect((await alerts(folder, 'remove', id)).stderr).toContain('the rule is gone');
  const { stdout } = await alerts(folder, 'add', 'cellar', 'temp', 'silent', '5m');
  expect(JSON.parse((await alerts(folder, '--json')).stdout)).toMatchObject({
    id: stdout.trim(),
    when: 'silent',
    value: 300_000,
  });
  await stop(hub);
});

test.each([
  [['add', 'cellar', 'temp', 'over', '3'], 2, 'above, below or silent'],
  [['add', 'cellar', 'temp', 'above', 'much'], 2, 'not a number'],
  [['add', 'cellar', 'temp', 'above', '1e99'], 2, '1e15'],
  [['add', 'cellar', 'temp', 'silent', '5'], 2, 'span of time'],
  [['add', 'cellar', 'temp', 'silent', '5m', '--for', '1m'], 2, 'no time to hold'],
  [['remove', 'nobody'], 1, 'There is no rule nobody'],
  [['webhook', 'greenhouse'], 2, 'http or https'],
  [['webhook', '--off', '--test'], 2, 'stands alone'],
  [['webhook', '--test'], 1, 'No hub is running'],
])('%j is answered with a sentence', async (args, code, sentence) => {
  expect(await alerts(newFolder(), ...args)).toMatchObject({
    code,
    stderr: expect.stringContaining(sentence),
  });
});
