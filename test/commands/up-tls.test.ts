/** `kiteline up --tls`, and a board that has what hub.json says. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tlsPart } from '../../src/commands/tls.ts';
import { describeCertificate, makeCertificate } from '../../src/transport/certificate.ts';
import { certificate, years } from '../helpers/certificates.ts';
import { boardAt, startLibrary } from '../helpers/library.ts';
import { start } from './cli.ts';
import { startUp, stop } from './up-hub.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiteline tls '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const data = () => join(folder, 'kiteline-data');
const LISTENS = /listening on tls 0\.0\.0\.0:(\d+), certificate SHA-256 ([0-9A-F:]{95})\n/;

test('a board with the certificate of hub.json is in session; the certificate stays over a restart', async () => {
  expect(await tlsPart(data())).toBeUndefined();
  const hub = await startUp(folder, ['--tls', '0']);
  const [, port, fingerprint] = await hub.err(LISTENS);
  const part = await tlsPart(data());
  expect(part?.port).toBe(Number(port));
  const running = await startLibrary(`${boardAt(Number(port))}
import json
board = kiteline.Board("b", "127.0.0.1:${port}", tls=json.loads('${JSON.stringify(part?.tls)}'))
@board.task
async def go():
    board.send({"n": 1})
    while board.waiting:
        await asyncio.sleep_ms(5)
    print("acknowledged")
board.run()
`);
  await running.out(/acknowledged/);
  await hub.err(/b is online/);
  if (process.platform !== 'win32') expect(statSync(join(data(), 'tls.pem')).mode & 0o777).toBe(0o600);
  await stop(hub);

  expect(await tlsPart(data())).toEqual({ tls: part?.tls, port: undefined });
  if (process.platform !== 'win32') chmodSync(join(data(), 'tls.pem'), 0o644);
  // Not by startUp: the board may be there before the first line.
  const again = start(['up', '--tcp', '0', '--udp', '0', '--http', '0', '--tls', port ?? ''], {}, folder);
  expect((await again.err(LISTENS))[2]).toBe(fingerprint);
  if (process.platform !== 'win32') await again.err(/tls\.pem.* could be read by others \(mode 644\)/);
  await again.err(/b is online/); // it has dialled again
  await stop(again);
});

test('what "boards add" prints is what a board needs: name, address with the port for TLS, key and certificate', async () => {
  const hub = await startUp(folder, ['--tls', '0']);
  const [, port] = await hub.err(LISTENS);
  const add = async (...args: string[]) => {
    const program = start(['boards', 'add', ...args], {}, folder);
    program.child.stdin?.end();
    return JSON.parse((await program.ended).stdout);
  };
  const settings = await add('greenhouse');
  expect(settings.tls).toEqual((await tlsPart(data()))?.tls);
  if (settings.hub !== undefined) expect(settings.hub).toMatch(new RegExp(`:${port}$`));
  await startLibrary('import kiteline\nkiteline.Board(wifi=[("lab", "secret")]).run()', {
    files: { 'kiteline.json': JSON.stringify({ ...settings, hub: `127.0.0.1:${port}` }) },
  });
  await hub.err(/greenhouse is online/);
  // Of a hub that is named by its URL the folder here knows nothing.
  expect(await add('shed', '--hub', hub.http, '--token', hub.token)).not.toHaveProperty('tls');
  await stop(hub);
});

test('a certificate from files; one that a chip will not take is told of', async () => {
  const dated = await certificate('hub.example', years(2010, 2020));
  writeFileSync(join(folder, 'c.pem'), dated.cert);
  writeFileSync(join(folder, 'k.pem'), dated.key);
  const hub = await startUp(folder, ['--tls', '0', '--tls-cert', 'c.pem', '--tls-key', 'k.pem']);
  expect((await hub.err(LISTENS))[2]).toBe(describeCertificate(dated.cert).fingerprint);
  await hub.err(/valid from 2010-01-01 only: a board whose clock is not set/);
  await hub.err(/This certificate expired on 2020-01-01/);
  expect(JSON.parse(readFileSync(join(data(), 'hub.json'), 'utf8')).tls.cert).toBe(
    describeCertificate(dated.cert).der,
  );
  await stop(hub);
  expect(await tlsPart(data())).toBeUndefined();
});

test('without --tls hub.json has none, whatever is kept', async () => {
  const first = await startUp(folder, ['--tls', '0']);
  await first.err(LISTENS);
  await stop(first);
  const second = await startUp(folder);
  expect(await tlsPart(data())).toBeUndefined();
  await stop(second);
});

test.each([
  [['--tls-cert', 'c.pem'], /are for a hub with TLS: add --tls/],
  [['--tls', '--tls-key', 'k.pem'], /give both --tls-cert and --tls-key, or neither/],
  [['--tls', '--tls-cert', 'none.pem', '--tls-key', 'k.pem'], /none\.pem cannot be read \(ENOENT\)/],
  [['--tls', '--tls-cert', 'k.pem', '--tls-key', 'k.pem'], /must be PEM or DER/],
  [['--tls', '0', '--tls-cert', 'c.pem', '--tls-key', 'other.pem'], /cannot be used/],
  [['--tls', 'app.ts'], /"app\.ts" is not a port/],
])('what cannot be is a sentence: %j', async (args, sentence) => {
  const [own, other] = await Promise.all([makeCertificate('a'), makeCertificate('b')]);
  writeFileSync(join(folder, 'c.pem'), own.cert);
  writeFileSync(join(folder, 'k.pem'), own.key);
  writeFileSync(join(folder, 'other.pem'), other.key);
  const { code, stderr } = await start(['up', '--tcp', '0', '--udp', '0', '--http', '0', ...args], {}, folder)
    .ended;
  expect(stderr).toMatch(sentence);
  expect(code).not.toBe(0);
});
