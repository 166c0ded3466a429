/** What is loaded before a command begins: only what it needs. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const IMPORT = /^(?:import|export) (?!type\b)(?:[^'"]*? from )?'([^']+)'/gm;

/** The packages that a file and all that it imports, types left out, have loaded when it begins. */
function packagesOf(file: string, seen = new Set<string>(), found = new Set<string>()): Set<string> {
  if (seen.has(file)) return found;
  seen.add(file);
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    if (from.startsWith('.')) packagesOf(resolve(file, '..', from), seen, found);
    else if (!from.startsWith('node:')) found.add(from);
  }
  return found;
}

test('the command line loads its options, and no more', () => {
  expect([...packagesOf(resolve('src/cli.ts'))]).toEqual(['commander']);
});

test('what a hub is made of is loaded by hubs alone', () => {
  for (const file of ['history-source', 'boards/keys', 'access/access', 'push/over-the-air', 'setup/hub']) {
    const packages = [...packagesOf(resolve(`src/commands/${file}.ts`))];
    for (const heavy of ['zod', 'prom-client']) expect(packages, file).not.toContain(heavy);
  }
  expect([...packagesOf(resolve('src/http/app.ts'))]).toContain('zod');
});
