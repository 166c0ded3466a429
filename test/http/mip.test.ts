import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { mipIndex, mipRoutes } from '../../src/http/mip.ts';
import { start } from './start.ts';

const LIBRARY = join(import.meta.dirname, '../../micropython/kiteline');

async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kiteline-mip-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** A package in a folder of its own, asked without a socket. */
async function served(manifest: object, files: Record<string, string>) {
  const folder = await folderOf({ 'package.json': JSON.stringify(manifest), ...files });
  return asked(new Hono().route('/mip/lib', mipRoutes('/mip/lib', folder)));
}

function asked(app: Hono) {
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
  const { get, raw, server } = await start();
  const { urls } = (await (await get('/mip/kiteline/package.json')).json()) as { urls: [string, string][] };
  expect(urls.length).toBeGreaterThan(0);
  for (const [, from] of urls) {
    const name = new URL(from).pathname.replace('/mip/kiteline/', '');
    expect(await (await get(new URL(from).pathname)).text()).toBe(
      await readFile(join(LIBRARY, name), 'utf8'),
    );
  }
  // HTTP/1.0 without a Host header, and one without the port, as MicroPython's requests writes it.
  expect(await raw('GET /mip/kiteline/package.json HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n')).toMatch(
    /"http:\/\/127\.0\.0\.1:\d+\/mip/,
  );
  expect(await raw('GET /mip/kiteline/package.json HTTP/1.0\r\n\r\n')).toMatch(
    /"http:\/\/127\.0\.0\.1:\d+\/mip/,
  );
  expect((await get('/')).ok && (await (await get('/')).text())).toContain('mip.install(');
  for (const path of ['/mip/kiteline', '/mip/kiteline/']) {
    const page = await get(path);
    expect([page.status, await page.text()], path).toEqual([
      200,
      expect.stringContaining(`\nimport mip\nmip.install("${server.url}/mip/kiteline")\n`),
    ]);
  }
});

test('an index gives bytecode to boards that read its format, and the source to others', async () => {
  const urls = [
    ['kiteline/a.py', 'a.py'],
    ['kiteline/b.py', 'b.py'],
  ];
  const folder = await folderOf({ 'package.json': JSON.stringify({ version: '1.2', urls, deps: [] }) });
  const bytecode = await folderOf({ 'a.mpy': 'M\x06', 'a.py': '' });
  const get = asked(new Hono().route('/mip', mipIndex('/mip', folder, bytecode)));
  const base = 'http://192.168.1.5:8080/mip';
  const source = (name: string) => [`kiteline/${name}.py`, `${base}/kiteline/${name}.py`];
  const urlsAt = async (path: string) => {
    const { urls } = (await (await get(`/mip/package/${path}`)).json()) as { urls: string[][] };
    return urls;
  };
  const mixed = [['kiteline/a.mpy', `${base}/6/kiteline/a.mpy`], source('b')];
  expect(await urlsAt('6/kiteline/latest.json')).toEqual(mixed);
  expect(await urlsAt('6/kiteline/1.2.json')).toEqual(mixed);
  for (const format of ['py', '5', '7'])
    expect(await urlsAt(`${format}/kiteline/latest.json`)).toEqual([source('a'), source('b')]);
  expect(await (await get('/mip/6/kiteline/a.mpy')).text()).toBe('M\x06');
  for (const path of [
    'package/6/kiteline/1.3.json',
    'package/6/other/latest.json',
    '6/kiteline/a.py',
    '6/kiteline/b.mpy',
    '6/kiteline/..%2fa.mpy',
  ])
    expect((await get(`/mip/${path}`)).status, path).toBe(404);
});

test('a clone that was not built has the source for everybody', async () => {
  const folder = await folderOf({
    'package.json': JSON.stringify({ urls: [['kiteline/a.py', 'a.py']] }),
    'a.py': '',
  });
  const get = asked(new Hono().route('/mip', mipIndex('/mip', folder, join(folder, 'none'))));
  const answer = await get('/mip/package/6/kiteline/latest.json');
  expect(await answer.json()).toEqual({
    urls: [['kiteline/a.py', 'http://192.168.1.5:8080/mip/kiteline/a.py']],
  });
});
