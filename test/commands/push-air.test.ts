/** `kiteline push --board`: over the air, by the running hub, onto a virtual board. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serveHttp } from '../../src/http/server.ts';
import { Keys } from '../../src/index.ts';
import { startHub } from '../helpers/hub.ts';
import { startLibrary } from '../helpers/library.ts';
import { programFiles, staying } from '../helpers/programs.ts';
import { run } from './cli.ts';

async function world() {
  const keys = new Keys();
  const key = Buffer.from((await keys.add('b')).key).toString('hex');
  const { hub, port } = await startHub({ keys });
  const server = await serveHttp(hub, { host: '127.0.0.1', port: 0, page: '' });
  onTestFinished(() => server.close());
  const { 'main.py': main = '', ...files } = programFiles(staying(port, key, 'one'));
  const board = await startLibrary(main, { files });
  await board.out(/runs one\n[\s\S]*online/);
  const folder = mkdtempSync(join(tmpdir(), 'kiteline-program-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = (word: string) => staying(port, key, word);
  const push = (name: string, ...more: string[]) =>
    run(['push', folder, '--board', name, '--hub', server.url, '--token', server.token, ...more]);
  return { hub, server, board, folder, program, push };
}

test('a folder gets there, is tried and stays; the same again is not sent; a bad one goes', async () => {
  const { board, folder, program, push } = await world();
  mkdirSync(join(folder, 'lib'));
  writeFileSync(join(folder, 'lib', 'pump.py'), 'WORD = "水"\n');
  writeFileSync(join(folder, 'main.py'), `import pump\n${program('two')}`);
  const first = await push('b');
  expect(first).toMatchObject({ code: 0 });
  expect(first.stderr).toMatch(/on trial[\s\S]*b runs the new program \(\d+ B sent\)/);
  await board.out(/runs two/);
  expect(await push('b')).toMatchObject({ code: 0, stderr: 'b runs this program already.\n' });
  writeFileSync(join(folder, 'main.py'), 'raise OSError("no pump")\n');
  const bad = await push('b');
  expect(bad.code).toBe(1);
  expect(bad.stderr).toContain('The new program failed on b (OSError: no pump): the board went back');
  await board.out(/runs again\n[\s\S]*runs two/);
});

test('what cannot be is said in a sentence', async () => {
  const { hub, server, folder, program, push } = await world();
  writeFileSync(join(folder, 'other.py'), '');
  expect(await push('b')).toMatchObject({ code: 1, stderr: expect.stringContaining('main.py') });
  writeFileSync(join(folder, 'main.py'), program('two'));
  expect(await push('nobody')).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody') });
  await hub.keys.open('b');
  expect(await push('b')).toMatchObject({ code: 1, stderr: expect.stringContaining('b has no key') });
  const put = (body: string, type = 'application/json') =>
    fetch(`${server.url}/api/v1/boards/b/program`, {
      method: 'PUT',
      body,
      headers: { 'content-type': type, authorization: `Bearer ${server.token}` },
    });
  for (const body of ['', '{}', '{"files":[]}', '{"files":{"main.py":1}}', '{"files":{"main.py":"###"}}'])
    expect((await put(body)).status).toBe(400);
  expect((await put('{"files":{"main.py":""}}', 'text/plain')).status).toBe(400);
  expect((await put(`{"files":{"main.py":"${'A'.repeat(1_500_000)}"}}`)).status).toBe(413);
  expect((await put('{"files":{"main.py":"","/etc/x":""}}')).status).toBe(400);
});
