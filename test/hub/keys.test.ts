/** Keys: added, replaced, revoked; and their file, which is its owner's alone. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { openKeys } from '../../src/hub/key-file.ts';
import { type KeyEntry, Keys, keyLimits } from '../../src/hub/keys.ts';
import { keyId } from '../../src/hub/seal.ts';

const DAY = 86_400_000;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kiteline-keys-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a name that gets a key is closed, and the key is found by what it is called, and by no other name', async () => {
  const clock = new ManualClock();
  const keys = new Keys({ clock });
  expect(keys.isClosed('greenhouse')).toBe(false);
  const key = await keys.add('greenhouse');
  expect(key).toMatchObject({ id: keyId(key.key), since: clock.now() });
  expect(key.key.length).toBe(32);
  expect(keys.isClosed('greenhouse')).toBe(true);
  expect(keys.find('greenhouse', key.id)).toEqual(key);
  expect(keys.find('greenhouse', '00000000')).toBeUndefined();
  expect(keys.find('Greenhouse', key.id)).toBeUndefined();
  expect(keys.isClosed('Greenhouse')).toBe(false);
  await expect(keys.add('greenhouse')).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  const other = await keys.add('__proto__');
  expect(other.id).not.toBe(key.id);
  expect(keys.list()).toEqual([
    { board: '__proto__', keys: [{ id: other.id, since: clock.now() }] },
    { board: 'greenhouse', keys: [{ id: key.id, since: clock.now() }] },
  ]);
  expect(JSON.stringify(keys.list())).not.toContain(Buffer.from(key.key).toString('hex'));
});

test.each(['', '10.0.0.7', '::1', '[::1]', '$board', 'a\nb', 'x'.repeat(65)])(
  'no board can be called %j, so that gets no key',
  async (name) => {
    const keys = new Keys();
    await expect(keys.add(name)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(keys.list()).toEqual([]);
  },
);

test('a key that is replaced is valid until its time and not after it, which is told at that time', async () => {
  const clock = new ManualClock();
  const keys = new Keys({ clock });
  const old = await keys.add('greenhouse');
  let told = 0;
  keys.onChange(() => told++);
  const next = await keys.rotate('greenhouse', 7 * DAY);
  expect(told).toBe(1);
  expect(keys.list()[0]?.keys).toEqual([
    { id: old.id, since: old.since, until: clock.now() + 7 * DAY },
    { id: next.id, since: next.since },
  ]);
  clock.advance(7 * DAY - 1);
  expect(keys.find('greenhouse', old.id)).toBeDefined();
  const before = told;
  clock.advance(1);
  expect(keys.find('greenhouse', old.id)).toBeUndefined();
  expect(keys.find('greenhouse', next.id)).toEqual(next);
  expect(told).toBe(before + 1);
  // Another rotation does not make its life longer, and one without overlap ends all others.
  const third = await keys.rotate('greenhouse', DAY);
  const fourth = await keys.rotate('greenhouse', 30 * DAY);
  expect(keys.list()[0]?.keys.map(({ id }) => id)).toEqual([next.id, third.id, fourth.id]);
  clock.advance(DAY);
  expect(keys.list()[0]?.keys.map(({ id }) => id)).toEqual([third.id, fourth.id]);
  const fifth = await keys.rotate('greenhouse', 0);
  expect(keys.list()[0]?.keys.map(({ id }) => id)).toEqual([fifth.id]);
});

test('a board has so many keys at most, and the oldest goes', async () => {
  const keys = new Keys();
  const made = [await keys.add('greenhouse')];
  for (let i = 0; i < keyLimits.ofBoard; i++) made.push(await keys.rotate('greenhouse', DAY));
  expect(keys.list()[0]?.keys.map(({ id }) => id)).toEqual(made.slice(1).map(({ id }) => id));
  for (const overlap of [-1, Number.NaN, 367 * DAY])
    await expect(keys.rotate('greenhouse', overlap)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
});

test('a revoked name stays closed until it is opened or gets another key', async () => {
  const keys = new Keys();
  const { id } = await keys.add('greenhouse');
  await keys.revoke('greenhouse');
  expect(keys.find('greenhouse', id)).toBeUndefined();
  expect(keys.isClosed('greenhouse')).toBe(true);
  expect(keys.list()).toEqual([{ board: 'greenhouse', keys: [] }]);
  await expect(keys.rotate('greenhouse', 0)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  const again = await keys.add('greenhouse');
  expect(keys.find('greenhouse', again.id)).toBeDefined();
  await keys.open('greenhouse');
  expect(keys.isClosed('greenhouse')).toBe(false);
  for (const change of [keys.revoke('attic'), keys.open('attic'), keys.rotate('attic', 0)])
    await expect(change).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('what could not be kept is not done, but a key that is revoked is no key any more', async () => {
  let isFull = false;
  const save = async () => {
    if (isFull) throw new Error('full');
  };
  const keys = new Keys({ save });
  const { id } = await keys.add('greenhouse');
  isFull = true;
  await expect(keys.add('pump')).rejects.toThrow('full');
  expect(keys.isClosed('pump')).toBe(false);
  await expect(keys.open('greenhouse')).rejects.toThrow('full');
  await expect(keys.rotate('greenhouse', 0)).rejects.toThrow('full');
  expect(keys.find('greenhouse', id)).toBeDefined();
  await expect(keys.revoke('greenhouse')).rejects.toThrow('full');
  expect(keys.find('greenhouse', id)).toBeUndefined();
  expect(keys.isClosed('greenhouse')).toBe(true);
});

test('a key is revoked at once, also while something else is being kept', async () => {
  const saved: KeyEntry[][] = [];
  let go = () => {};
  const save = (entries: KeyEntry[]) =>
    new Promise<void>((resolve) => {
      saved.push(entries);
      go = resolve;
    });
  const entries = [{ board: 'greenhouse', keys: [{ id: '00000000', key: new Uint8Array(32), since: 0 }] }];
  const keys = new Keys({ save, entries });
  let told = 0;
  keys.onChange(() => told++);
  const rotating = keys.rotate('greenhouse', DAY);
  await Promise.resolve();
  const revoking = keys.revoke('greenhouse');
  expect(keys.find('greenhouse', '00000000')).toBeUndefined();
  expect(told).toBe(1);
  go();
  const { id } = await rotating;
  expect(keys.find('greenhouse', id)).toBeUndefined();
  while (saved.length < 2) await Promise.resolve();
  go();
  await revoking;
  expect(saved.at(-1)).toEqual([{ board: 'greenhouse', keys: [] }]);
  expect(keys.list()).toEqual([{ board: 'greenhouse', keys: [] }]);
});

test('the file holds what it was told, for its owner alone, and nothing half written', async () => {
  const data = join(folder(), 'made', 'on demand');
  const path = join(data, 'keys.json');
  const keys = await openKeys(data);
  expect(existsSync(path)).toBe(false);
  const key = await keys.add('温室');
  const old = await keys.add('pump');
  const next = await keys.rotate('pump', DAY);
  await keys.add('attic');
  await keys.revoke('attic');
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  const again = await openKeys(data);
  expect(again.list()).toEqual(keys.list());
  expect(again.find('温室', key.id)).toEqual(key);
  expect(again.find('pump', old.id)).toMatchObject({ until: expect.any(Number) });
  expect(again.find('pump', next.id)).toEqual(next);
  expect(again.isClosed('attic')).toBe(true);
  // Changes that overlap are kept one after another.
  await Promise.all(['a', 'b', 'c'].map((name) => again.add(name)));
  expect((await openKeys(data)).list()).toEqual(again.list());
  expect(existsSync(`${path}.new`)).toBe(false);
});

test.skipIf(process.platform === 'win32')(
  'a file that others could read is made its owner’s, and that is told',
  async () => {
    const data = folder();
    const path = join(data, 'keys.json');
    await (await openKeys(data)).add('greenhouse');
    const told: string[] = [];
    await openKeys(data, { tell: (sentence) => void told.push(sentence) });
    expect(told).toEqual([]);
    chmodSync(path, 0o644);
    const keys = await openKeys(data, { tell: (sentence) => void told.push(sentence) });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(told).toEqual([expect.stringMatching(/mode 644.*boards rotate/)]);
    // A draft of a hub that died, which others may read, is not written into.
    writeFileSync(`${path}.new`, '', { mode: 0o644 });
    await keys.add('pump');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  },
);

test.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['another version', '{"version":2,"boards":[]}'],
  ['no boards', '{"version":1}'],
  ['a board without keys', '{"version":1,"boards":[{"board":"a"}]}'],
  ['a name that no board has', '{"version":1,"boards":[{"board":"10.0.0.7","keys":[]}]}'],
  ['a name twice', '{"version":1,"boards":[{"board":"a","keys":[]},{"board":"a","keys":[]}]}'],
  [
    'a key that is none',
    '{"version":1,"boards":[{"board":"a","keys":[{"id":"00000000","key":"00","since":1}]}]}',
  ],
  [
    'a key under another id',
    `{"version":1,"boards":[{"board":"a","keys":[{"id":"00000000","key":"${'0'.repeat(64)}","since":1}]}]}`,
  ],
])('with %s in its file no hub begins: it would not know which names are closed', async (_, text) => {
  const data = folder();
  writeFileSync(join(data, 'keys.json'), text);
  await expect(openKeys(data)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('keys.json'),
  });
  expect(readFileSync(join(data, 'keys.json'), 'utf8')).toBe(text);
});

test('what somebody else wrote into the file meanwhile is taken, and not written over', async () => {
  const data = folder();
  const keys = await openKeys(data);
  let told = 0;
  keys.onChange(() => told++);
  const elsewhere = await (await openKeys(data)).add('greenhouse');
  await keys.reload();
  expect(told).toBe(1);
  expect(keys.find('greenhouse', elsewhere.id)).toBeDefined();
  await keys.add('pump');
  expect((await openKeys(data)).list().map(({ board }) => board)).toEqual(['greenhouse', 'pump']);
});
