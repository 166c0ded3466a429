import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { mipRoutes } from '../../src/http/mip.ts';
import { start } from './start.ts';

const LIBRARY = join(import.meta.dirname, '../../micropython/kiteline');

/** A package in a folder of its own, asked without a socket. */
async function served(manifest: object, files: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'kiteline-mip-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files }))
    await writeFile(join(folder, name), text);
  const app = new Hono().route('/mip/lib', mipRoutes('/mip/lib', folder));
  const env = { incoming: { socket: { localAddress: '10.0.0.5', localPort: 80 } } };
  return (path: string, headers: Record<string, string> = {}) =>
    app.request(path, { headers: { host: '192.168.1.5:8080', ...headers } }, env);
}

test('a manifest names its files with absolute addresses, as the board called the hub', async () => {
  const other = 'github:somebody/something/x.py';
  const get = await served(
    {
      version: '1',
      urls: [
        ['lib/a.py', 'a.py'],
        ['x.py', other],
      ],
      deps: [],
    },
    {},
  );
  expect(await (await get('/mip/lib/package.json')).json()).toEqual({
    version: '1',
    urls: [
      ['lib/a.py', 'http://192.168.1.5:8080/mip/lib/a.py'],
      ['x.py', other],
    ],
    deps: [],
  });
});

test('what the manifest names is served, and nothing else', async () => {
  const get = await served(
    {
      urls: [
        ['a.py', 'a.py'],
        ['b.mpy', 'b.mpy'],
        ['x', 'http://elsewhere/x'],
      ],
    },
    { 'a.py': 'print(1)\n', 'b.mpy': 'M\x06', secret: 's' },
  );
  const file = await get('/mip/lib/a.py');
  expect(await file.text()).toBe('print(1)\n');
  expect(file.headers.get('content-type')).toContain('text/x-python');
  expect((await get('/mip/lib/b.mpy')).headers.get('content-type')).toBe('application/octet-stream');
  for (const path of ['secret', '../a.py', '..%2fa.py', '%2e%2e/a.py', 'http://elsewhere/x', 'a.py/', ''])
    expect((await get(`/mip/lib/${path}`)).status, path).toBe(404);
});

test('every hub serves the board library, to anybody', async () => {
  const { get, raw } = await start();
  const { urls } = (await (await get('/mip/kiteline/package.json')).json()) as { urls: [string, string][] };
  expect(urls.length).toBeGreaterThan(0);
  for (const [, from] of urls) {
    const name = new URL(from).pathname.replace('/mip/kiteline/', '');
    expect(await (await get(new URL(from).pathname)).text()).toBe(
      await readFile(join(LIBRARY, name), 'utf8'),
    );
  }
  // HTTP/1.0 without a Host header
  expect(await raw('GET /mip/kiteline/package.json HTTP/1.0\r\n\r\n')).toMatch(
    /"http:\/\/127\.0\.0\.1:\d+\/mip/,
  );
  expect((await get('/')).ok && (await (await get('/')).text())).toContain('mip.install(');
});
