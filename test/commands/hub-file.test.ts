import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findHub,
  readHubFile,
  removeHubFile,
  runningHub,
  writeHubFile,
} from '../../src/commands/hub-file.ts';
import { readEvents } from '../../src/commands/server-events.ts';
import { setLanguage } from '../../src/language.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline-'));
});
afterEach(() => {
  setLanguage('en');
  rmSync(folder, { recursive: true, force: true });
});

const NO_PROCESS = 2 ** 22 + 1; // above the largest process id that Linux gives

describe('hub.json', () => {
  it('is found by commands, and readable for its owner alone', async () => {
    const data = join(folder, 'made', 'on demand');
    writeFileSync(join(folder, 'made'), '');
    await expect(readHubFile(data)).resolves.toBeUndefined();
    rmSync(join(folder, 'made'));
    await writeHubFile(data, { url: 'http://127.0.0.1:8080', token: 'secret', pid: process.pid });
    expect(await findHub({ data })).toEqual({ url: 'http://127.0.0.1:8080', token: 'secret' });
    if (process.platform !== 'win32') expect(statSync(join(data, 'hub.json')).mode & 0o777).toBe(0o600);
  });

  it('of a hub that died is no hub', async () => {
    await writeHubFile(folder, { url: 'http://127.0.0.1:8080', pid: NO_PROCESS });
    await expect(findHub({ data: folder })).rejects.toMatchObject({ code: 'NO_HUB' });
    setLanguage('zh');
    await expect(findHub({ data: folder })).rejects.toThrow('kiteline up');
  });

  it.each(['', '{', '[]', '{"url":1,"pid":1}'])('that holds %j is no hub', async (text) => {
    writeFileSync(join(folder, 'hub.json'), text);
    await expect(findHub({ data: folder })).rejects.toMatchObject({ code: 'NO_HUB' });
  });

  it('is left alone when another hub has written it', async () => {
    await writeHubFile(folder, { url: 'http://127.0.0.1:1', pid: process.pid });
    await removeHubFile(folder, NO_PROCESS);
    expect(await readHubFile(folder)).toBeDefined();
    await removeHubFile(folder, process.pid);
    expect(await readHubFile(folder)).toBeUndefined();
  });

  it('counts as a running hub only when it answers', async () => {
    const server = createServer((_, response) => response.end('a hub'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address?.port}`;
    await writeHubFile(folder, { url, pid: process.pid });
    expect(await runningHub(folder)).toMatchObject({ url });
    await new Promise((done) => server.close(done));
    expect(await runningHub(folder)).toBeUndefined();
  });
});

describe('--hub', () => {
  it.each([
    ['192.168.1.5:8080', 'http://192.168.1.5:8080'],
    ['http://hub.local:8080/', 'http://hub.local:8080'],
    ['https://[::1]:8080', 'https://[::1]:8080'],
  ])('%s is understood', async (hub, url) => {
    expect(await findHub({ hub, token: 'mine', data: folder })).toEqual({ url, token: 'mine' });
  });

  it.each(['', 'ftp://hub', 'http://'])('%j is refused in a sentence', async (hub) => {
    await expect(findHub({ hub, data: folder })).rejects.toThrow('URL');
  });
});

describe('server-sent events', () => {
  const TEXT =
    ': hello\n\nevent: sample\ndata: {"a":"你"}\n\ndata:one\r\ndata: two\r\n\r\nevent: x\n\ndata: cut';
  const EVENTS = [
    { event: 'sample', data: '{"a":"你"}' },
    { event: 'message', data: 'one\ntwo' },
  ];

  it.each([1, 2, 3, 7, 1000])('are the same in pieces of %i bytes', async (size) => {
    const bytes = Buffer.from(TEXT);
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    expect(await Array.fromAsync(readEvents(pieces()))).toEqual(EVENTS);
  });

  it('without end are refused', async () => {
    async function* pieces() {
      for (;;) yield Buffer.alloc(100_000, 'x');
    }
    await expect(Array.fromAsync(readEvents(pieces()))).rejects.toThrow(RangeError);
  });
});
