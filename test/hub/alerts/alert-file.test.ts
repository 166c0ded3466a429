import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openAlerts } from '../../../src/hub/alerts/alert-file.ts';
import { AlertRules } from '../../../src/hub/alerts/rules.ts';

const RULE = { board: 'greenhouse', metric: 'temp', when: 'above', value: 30, holdMs: 1_000 };
const WEBHOOK = 'https://ntfy.example/s3cret';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('rules, what fires and the webhook are there again, and their owner alone can read them', async () => {
  const folder = newFolder();
  const rules = await openAlerts(folder);
  expect(rules.rules).toEqual([]);
  const { id } = await rules.add(RULE);
  await rules.add({ ...RULE, when: 'silent', value: 60_000, holdMs: undefined });
  await rules.setWebhook(WEBHOOK);
  await rules.note(id, { since: 5, seen: true, last: 4 });
  expect(statSync(join(folder, 'alerts.json')).mode & 0o077).toBe(0);
  const again = await openAlerts(folder);
  expect(again.rules).toEqual(rules.rules);
  expect(again.rules[0]).toMatchObject({ ...RULE, id, firing: { since: 5, seen: true, last: 4 } });
  expect(again.webhook).toBe(WEBHOOK);
  await again.setWebhook(undefined);
  await again.note(id, undefined);
  await rules.reload();
  expect(rules.webhook).toBeUndefined();
  expect(rules.rules[0]?.firing).toBeUndefined();
});

test('what begins while a change is being written is not lost by it', async () => {
  const folder = newFolder();
  const rules = await openAlerts(folder);
  const { id } = await rules.add(RULE);
  const adding = rules.add({ ...RULE, value: 31 });
  await Promise.all([rules.note(id, { since: 5 }), adding]);
  expect(rules.rules).toMatchObject([{ id, firing: { since: 5 } }, { value: 31 }]);
  expect((await openAlerts(folder)).rules).toEqual(rules.rules);
});

test('what begins at once is written once', async () => {
  let saved = 0;
  const rules = new AlertRules({ save: async () => void saved++ });
  const made = await Promise.all([30, 31, 32].map((value) => rules.add({ ...RULE, value })));
  saved = 0;
  await Promise.all(made.map(({ id }) => rules.note(id, { since: 5 })));
  expect(saved).toBe(1);
  await rules.note(made[0]?.id ?? '', undefined);
  expect(saved).toBe(2);
});

test('a change that cannot be kept does not count', async () => {
  const folder = newFolder();
  const rules = await openAlerts(folder);
  await rules.add(RULE);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'no folder');
  await expect(rules.add({ ...RULE, value: 31 })).rejects.toMatchObject({ code: 'STORE_FAILED' });
  await expect(rules.setWebhook(WEBHOOK)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  expect(rules.rules).toHaveLength(1);
  expect(rules.webhook).toBeUndefined();
});

test.each([
  ['', 'no JSON'],
  ['{"version":2,"rules":[]}', 'a later version'],
  ['{"version":1}', 'no rules'],
  ['{"version":1,"rules":[{"id":"x","made":1}]}', 'no rule'],
  [`{"version":1,"rules":[],"webhook":"ftp://x"}`, 'no webhook'],
  [
    `{"version":1,"rules":[{"id":"00000001","made":1,"board":"b","metric":"m","when":"above","value":1e99}]}`,
    'no value',
  ],
  [
    `{"version":1,"rules":[{"id":"00000001","made":1,"board":"b","metric":"m","when":"above","value":1,"firing":{}}]}`,
    'no time',
  ],
])('a file with %s is damaged, and stays as it is (%s)', async (text) => {
  const folder = newFolder();
  writeFileSync(join(folder, 'alerts.json'), text, { mode: 0o600 });
  await expect(openAlerts(folder)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('alerts.json'),
  });
  expect(readFileSync(join(folder, 'alerts.json'), 'utf8')).toBe(text);
});

test.skipIf(process.platform === 'win32')(
  'a file that others could read is closed, and a person told',
  async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    await (await openAlerts(folder)).add(RULE);
    chmodSync(join(folder, 'alerts.json'), 0o644);
    const told: string[] = [];
    await openAlerts(folder, { tell: (sentence) => void told.push(sentence) });
    expect(told).toEqual([expect.stringContaining('alerts.json')]);
    expect(statSync(join(folder, 'alerts.json')).mode & 0o077).toBe(0);
  },
);
