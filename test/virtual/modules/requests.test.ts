/** requests, mip and ntptime of the virtual board, against servers of Node. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, JOIN, linesOf, makeBoard, startBoard, watch } from '../../helpers/board.ts';
import { tcpPeer } from '../../helpers/peers.ts';

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

/** An HTTP server that answers as the map says, and echoes what it was asked elsewhere. */
async function httpServer(answers: Record<string, Answer> = {}): Promise<string> {
  const server = createServer(async (request, response) => {
    request.on('error', () => {});
    const body: Buffer[] = [];
    for await (const piece of request) body.push(piece as Buffer);
    const answer = answers[request.url ?? ''];
    if (answer) {
      response.writeHead(answer.status ?? 200, answer.headers);
      response.end(answer.body);
      return;
    }
    const { method, url, httpVersion, headers } = request;
    response.setHeader('X-Kind', 'echo');
    response.end(
      JSON.stringify({
        asked: `${method} ${url} ${httpVersion}`,
        body: Buffer.concat(body).toString(),
        headers,
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const run = (body: string) => linesOf(`${JOIN}import requests\n${body}`);

test('every method, with parameters, headers, bodies and basic authentication', async () => {
  const base = await httpServer();
  const lines = await run(`
base = "${base}"
r = requests.get(base + "/path?a=1")
print(r.status_code, r.reason, r.headers["X-Kind"], r.json()["asked"])
r.close()
for name in ("post", "put", "patch", "delete"):
    print(getattr(requests, name)(base, data="body").json()["asked"])
print(requests.head(base).status_code, requests.request("OPTIONS", base).json()["asked"])
echo = requests.post(base, json={"t": 21.5}, headers={"X-Own": "1"}, auth=("user", "pass")).json()
print(echo["body"], echo["headers"]["content-type"], echo["headers"]["content-length"])
print(echo["headers"]["x-own"], echo["headers"]["authorization"], echo["headers"]["connection"])
def pieces():
    yield b"one,"
    yield b"two"
print(requests.post(base, data=pieces()).json()["body"])
import urequests
print(urequests is requests)
`);
  expect(lines).toEqual([
    "200 b'OK' echo GET /path?a=1 1.0",
    'POST / 1.0',
    'PUT / 1.0',
    'PATCH / 1.0',
    'DELETE / 1.0',
    '200 OPTIONS / 1.0',
    '{"t": 21.5} application/json 11',
    '1 Basic dXNlcjpwYXNz close',
    'one,two',
    'True',
  ]);
});

test('content, text, raw, and what close() leaves', async () => {
  const base = await httpServer({ '/text': { body: 'grüße' } });
  const lines = await run(`
r = requests.get("${base}/text")
print(len(r.content), r.text == r.content.decode(), r.raw)
r.close()
r = requests.get("${base}/text")
buffer = bytearray(4)
print(r.raw.readinto(buffer), buffer)
r.close()
`);
  expect(lines).toEqual(['7 True None', "4 bytearray(b'gr\\xc3\\xbc')"]);
});

test('redirections that are followed, and those that are not', async () => {
  const target = await httpServer();
  const base = await httpServer({
    '/302': { status: 302, headers: { Location: `${target}/new` } },
    '/307': { status: 307, headers: { Location: `${target}/same` } },
    '/300': { status: 300, headers: { Location: `${target}/no` } },
  });
  const lines = await run(`
print(requests.get("${base}/302").json()["asked"])
echo = requests.post("${base}/307", data="x").json()
print(echo["asked"], echo["body"])
try:
    requests.get("${base}/300")
except NotImplementedError as e:
    print(e)
`);
  expect(lines).toEqual(['GET /new 1.0', 'POST /same 1.0 x', 'Redirect 300 not yet supported']);
});

test('what fails, fails as on the chip', async () => {
  const chunked = await tcpPeer((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
  );
  const silent = await tcpPeer(() => {});
  const rude = await tcpPeer((socket) => socket.end('\r\n'));
  const nobody = await freePort('tcp', '127.0.0.1');
  const watched = await startBoard(`${JOIN}
import requests
for url, timeout in (
    ("http://127.0.0.1:${chunked}/", None),
    ("http://127.0.0.1:${silent}/", 0.05),
    ("http://127.0.0.1:${rude}/", None),
    ("http://127.0.0.1:${nobody}/", None),
    ("ftp://127.0.0.1/", None),
):
    try:
        requests.get(url, timeout=timeout)
    except (OSError, ValueError, ImportError) as e:
        print(repr(e))
`);
  await watched.ended;
  expect(watched.stdout().split('\n').slice(0, -1)).toEqual([
    "ValueError('Unsupported Transfer-Encoding: chunked\\r\\n',)",
    'OSError(116,)',
    "ValueError('HTTP error: BadStatusLine:\\n[]',)",
    'OSError(104,)',
    "ValueError('Unsupported protocol: ftp:',)",
  ]);
});

test('a text whose length this version miscounts: as on the chip, with a sentence that says how to do it', async () => {
  const base = await httpServer();
  const watched = await startBoard(`${JOIN}
import json, requests
data = json.dumps({"t": "温度"}).encode()
print(requests.post("${base}", data=data).json()["body"] == data.decode())
requests.post("${base}", json={"t": "温度"}).close()
`);
  await watched.ended;
  expect(watched.stdout()).toBe('True\n');
  expect(watched.stderr()).toMatch(/requests[\s\S]*\.encode\(\)/);
});

test('mip installs a file and a package with dependencies from http addresses; the index is out of reach', async () => {
  const dep = await httpServer({
    '/dep/package.json': { body: JSON.stringify({ urls: [['dep.py', 'src/dep.py']] }) },
    '/dep/src/dep.py': { body: 'value = 7\n' },
  });
  const base = await httpServer({
    '/one.py': { body: 'name = "one"\n' },
    '/pkg/package.json': {
      body: JSON.stringify({
        urls: [['pkg/__init__.py', `./init.py`]],
        deps: [[`${dep}/dep/`, 'latest']],
        version: '1',
      }),
    },
    '/pkg/./init.py': { body: 'from dep import value\n' },
  });
  const watched = await startBoard(`${JOIN}
import mip
mip.install("${base}/one.py")
mip.install("${base}/pkg")
mip.install("${base}/none.json")
import one, pkg
print(one.name, pkg.value)
try:
    mip.install("aiohttp")
except OSError as e:
    print(e)
`);
  await watched.ended;
  const lines = watched.stdout().split('\n');
  expect(lines).toContain('Copying: /lib/pkg/__init__.py');
  expect(lines.slice(-3)).toEqual(['one 7', '-202', '']);
  expect(watched.stderr()).toMatch(/"aiohttp"/);
});

test('mip asks an index at an http address for what the board can read', async () => {
  const base = await httpServer({
    '/pi/package/6/one/latest.json': { body: JSON.stringify({ hashes: [['one.py', 'ab12']] }) },
    '/pi/file/ab/ab12': { body: 'name = "one"\n' },
    '/pi/package/py/two/1.0.json': {
      body: JSON.stringify({ urls: [['two.py', 'two.py']], deps: [['one', 'latest']] }),
    },
    '/pi/package/py/two/two.py': { body: 'name = "two"\n' },
    '/pi/package/py/one/latest.json': { body: JSON.stringify({ urls: [['one.py', 'x.py']] }) },
    '/pi/package/py/one/x.py': { status: 404 },
  });
  const lines = await linesOf(`${JOIN}
import mip
mip.install("one", index="${base}/pi/")
import one
mip.install("two", index="${base}/pi", version="1.0", mpy=False)
import two
print(one.name, two.name)
`);
  expect(lines).toEqual([
    `Installing one (latest) from ${base}/pi to /lib`,
    'Copying: /lib/one.py',
    'Done',
    `Installing two (1.0) from ${base}/pi to /lib`,
    'Copying: /lib/two.py',
    `Installing one (latest) from ${base}/pi to /lib`,
    `Error 404 requesting ${base}/pi/package/py/one/x.py`,
    `File not found: one.py ${base}/pi/package/py/one/x.py`,
    'Package may be partially installed',
    'one two',
  ]);
});

test('ntptime asks the host that it is given, and sets the clock', async ({ skip }) => {
  const server = createSocket('udp4');
  const bound = await new Promise<boolean>((done) => {
    server.once('error', () => done(false));
    server.bind(123, '127.0.0.1', () => done(true));
  });
  if (!bound) skip('UDP port 123 of 127.0.0.1 cannot be bound: run as root, with no time server on it');
  onTestFinished(() => void server.close());
  server.on('message', (question, from) => {
    const answer = Buffer.alloc(48);
    answer[0] = 0x24;
    // 2026-11-23 08:15:30 UTC, in seconds since 1900.
    answer.writeUInt32BE(Date.UTC(2026, 10, 23, 8, 15, 30) / 1000 + 2_208_988_800, 40);
    expect(question).toHaveLength(48);
    server.send(answer, from.port, from.address);
  });
  const board = await makeBoard({
    files: {
      'main.py': `${JOIN}
import ntptime, time
ntptime.host = "127.0.0.1"
ntptime.timeout = 5
ntptime.settime()
print(time.localtime()[:5])
`,
    },
  });
  const watched = watch(board);
  await watched.ended;
  expect(watched.stdout()).toBe('(2026, 11, 23, 8, 15)\n');
});
