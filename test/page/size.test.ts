/** What a phone loads before it shows something. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { buildPage } from '../../scripts/web.ts';

const MOST = 120_000;

test('the first load is small, and names nobody else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await buildPage(folder);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const bodies = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
  const size = (compress: (body: Uint8Array) => Uint8Array): number =>
    bodies.reduce((sum, body) => sum + compress(body).length, 0);
  expect(files.map(({ name }) => name)).toContain('index.html');
  expect(size(brotliCompressSync)).toBeLessThan(MOST);
  expect(size(gzipSync)).toBeLessThan(MOST);
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
});
