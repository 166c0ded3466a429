/** The board library as a board gets it: by mip from a hub, compiled, into its flash; then the program imports it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { compiled, filesIn } from '../../bench/kit/raw-python.ts';
import { mipIndex, mipRoutes } from '../../src/http/mip.ts';
import { JOIN, linesOf } from '../helpers/board.ts';

test('a board installs the compiled library from the index and runs it, and the source from the address', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiteline-mip-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const source = filesIn(new URL('../../micropython/kiteline/', import.meta.url), '');
  for (const [name, bytes] of Object.entries(await compiled(source)))
    await writeFile(join(folder, name), bytes);

  const app = new Hono().route('/mip', mipIndex('/mip', undefined, folder));
  app.route('/mip/kiteline', mipRoutes('/mip/kiteline'));
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const listening = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(listening));
  });
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;

  const lines = await linesOf(`${JOIN}
import mip, os
mip.install("kiteline", index="http://127.0.0.1:${port}/mip")
print(sorted(os.listdir("/lib/kiteline")))
import kiteline
board = kiteline.Board("b", "127.0.0.1:1")
print(kiteline.__file__, board.send({"n": 1}), board.online)
mip.install("http://127.0.0.1:${port}/mip/kiteline", target="/source")
print(open("/source/kiteline/board.py").read(2))
`);
  expect(lines.filter((line) => !line.startsWith('Copying: '))).toEqual([
    `Installing kiteline (latest) from http://127.0.0.1:${port}/mip to /lib`,
    'Done',
    `[${Object.keys(source)
      .map((name) => `'${name.replace(/\.py$/, '.mpy')}'`)
      .sort()
      .join(', ')}]`,
    '/lib/kiteline/__init__.mpy 1 False',
    `Installing http://127.0.0.1:${port}/mip/kiteline/package.json to /source`,
    'Done',
    '# ',
  ]);
});
