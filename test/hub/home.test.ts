import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { homeIn } from '../../src/hub/home.ts';
import { createHub } from '../../src/index.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kiteline-home-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('the id of a folder is made once and stays, also where several ask at the same time', async () => {
  const data = join(folder(), 'new', 'data');
  const homes = await Promise.all(Array.from({ length: 8 }, () => homeIn(data)));
  expect(homes[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(new Set([...homes, await homeIn(data)]).size).toBe(1);
  expect(readdirSync(data)).toEqual(['hub-id']);
});

test('two folders have two ids; what a power cut left of one is made anew', async () => {
  const [one, two] = [folder(), folder()];
  expect(await homeIn(one)).not.toBe(await homeIn(two));
  writeFileSync(join(one, 'hub-id'), 'c0ffee');
  const anew = await homeIn(one);
  expect(readFileSync(join(one, 'hub-id'), 'utf8')).toBe(`${anew}\n`);
});

test('a folder that cannot be one is told of with its option', async () => {
  const path = join(folder(), 'a file');
  writeFileSync(path, '');
  await expect(homeIn(path)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('--data'),
  });
});

test('what is no id and no name in a network is refused', async () => {
  for (const home of ['', 'C0FFEE00C0FFEE00', '0123456789abcde', '0123456789abcdef0'])
    expect(() => createHub({ home })).toThrow(/is not the id of a hub/);
  for (const name of ['', 'two words', '-a', 'a-', 'a.b', 'a'.repeat(64)])
    expect(() => createHub({ name })).toThrow(/cannot be a hub's name/);
  await createHub({ home: '0123456789abcdef', name: `a${'b'.repeat(61)}c` }).close();
});
