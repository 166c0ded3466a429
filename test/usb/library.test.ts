import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { libraryFiles } from '../../src/commands/usb/library.ts';

it('a board is given bytecode where there is some, and the source of it goes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-bytecode-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  expect(libraryFiles(join(folder, 'none')).files.has('/lib/kiteline/link.py')).toBe(true);
  expect(libraryFiles(join(folder, 'none')).twins).toContain('/lib/kiteline/link.mpy');
  writeFileSync(join(folder, 'link.mpy'), 'M');
  const { files, twins } = libraryFiles(folder);
  expect(String(files.get('/lib/kiteline/link.mpy'))).toBe('M');
  expect(files.has('/lib/kiteline/link.py')).toBe(false);
  expect(files.has('/lib/kiteline/wire.py')).toBe(true);
  expect(twins).toContain('/lib/kiteline/link.py');
});
