/** ssl and tls of the virtual board, against servers of node:tls and through an air that breaks. */
import { once } from 'node:events';
import { createServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { describeCertificate, makeCertificate } from '../../../src/transport/certificate.ts';
import { Air, type Weather } from '../../../src/virtual/index.ts';
import { linesOf, SOCKET, startBoard } from '../../helpers/board.ts';
import { ALWAYS, authority, certificate, years } from '../../helpers/certificates.ts';
import { tcpPeer } from '../../helpers/peers.ts';

const own = await makeCertificate('hub');
const other = await makeCertificate('hub');
const der = (pem: string) => `binascii.a2b_base64("${describeCertificate(pem).der}")`;

/** A server of node:tls; the port, and who came. */
async function tlsServer(
  take: (socket: TLSSocket) => void,
  options: object = {},
): Promise<{ port: number; failures: string[] }> {
  const failures: string[] = [];
  const server = createServer({ ...own, ...options }, (socket) => {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    take(socket);
  });
  server.on('tlsClientError', (error) => failures.push(error.message));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const where = server.address();
  if (!where || typeof where === 'string') throw new Error('no port');
  return { port: where.port, failures };
}

const echo = (socket: TLSSocket) => void socket.pipe(socket);

function airWith(weather: Partial<Weather>): Air {
  const air = new Air({ joinMs: 10 });
  air.setWeather(weather);
  return air;
}

/** A program with `context`, which takes the server's certificate and no other, and `dial()`. */
const client = (port: number, pem = own.cert) => `${SOCKET}
import binascii, select, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_REQUIRED
context.load_verify_locations(cadata=${der(pem)})
def dial():
    s = socket.socket()
    s.connect(("127.0.0.1", ${port}))
    return s
`;

test('text there and back, the certificate, the cipher; the end of the stream', async () => {
  const { port } = await tlsServer((socket) => {
    socket.once('data', (bytes) => socket.end(`you said ${bytes}\nand that is all`));
  });
  expect(
    await linesOf(`${client(port)}
s = context.wrap_socket(dial(), server_hostname="hub.local")
print(s.write(b"hello"), s.readline(), s.read(3), s.read(), s.read(1))
print(s.getpeercert(True) == ${der(own.cert)}, s.cipher()[1])
s.close()
refused(s.read, 1)
refused(s.write, b"x")
`),
  ).toEqual([
    "5 b'you said hello\\n' b'and' b' that is all' b''",
    'True TLSv1.2',
    "OSError (-28928, 'MBEDTLS_ERR_SSL_BAD_INPUT_DATA')",
    "OSError (-28928, 'MBEDTLS_ERR_SSL_BAD_INPUT_DATA')",
  ]);
});

test('a large body in both directions, larger than every buffer between', async () => {
  const { port } = await tlsServer(echo);
  expect(
    await linesOf(`${client(port)}
s = context.wrap_socket(dial(), server_hostname="localhost")
s.setblocking(False)
sent = got = 0
whole = bytes(range(256)) * 800
back = bytearray(len(whole))
view = memoryview(back)
poller = select.poll()
poller.register(s)
while got < len(whole):
    for _, ready in poller.poll():
        if ready & select.POLLIN:
            got += s.readinto(view[got:]) or 0
        if ready & select.POLLOUT and sent < len(whole):
            sent += s.write(memoryview(whole)[sent:sent + 4000]) or 0
    if sent == len(whole):
        poller.modify(s, select.POLLIN)
print(sent, got, back == whole)
`),
  ).toEqual(['204800 204800 True']);
});

test('another certificate, another name and none at all are refused in the words of mbedTLS, and nothing is sent', async () => {
  const received: string[] = [];
  const { port } = await tlsServer((socket) => socket.on('data', (bytes) => received.push(String(bytes))));
  const lines = await linesOf(`${client(port, other.cert)}
refused(context.wrap_socket, dial(), server_hostname="hub.local")
refused(context.wrap_socket, dial())
context.load_verify_locations(cadata=${der(own.cert)})
refused(context.wrap_socket, dial(), server_hostname="other.local")
bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
print(bare.verify_mode)
bare.verify_mode = ssl.CERT_REQUIRED
refused(bare.wrap_socket, dial(), server_hostname="hub.local")
refused(bare.load_verify_locations, cadata=b"no certificate")
s = dial()
s.setblocking(False)
s = context.wrap_socket(s, server_hostname="other.local", do_handshake_on_connect=False)
poller = select.poll()
poller.register(s, select.POLLIN)
print(poller.poll()[0][1] & select.POLLIN)
refused(s.read, 10)
refused(s.write, b"secret")
print(poller.poll()[0][1])
`);
  expect(lines.filter((line) => line !== '')).toEqual([
    'ValueError ',
    'The certificate is not correctly signed by the trusted CA',
    'ValueError CERT_REQUIRED requires server_hostname',
    'ValueError ',
    'The certificate Common Name (CN) does not match with the expected CN',
    '0',
    "OSError (-30336, 'MBEDTLS_ERR_SSL_CA_CHAIN_REQUIRED')",
    'ValueError invalid cert',
    '1',
    'ValueError ',
    'The certificate Common Name (CN) does not match with the expected CN',
    'ValueError ',
    'The certificate Common Name (CN) does not match with the expected CN',
    '32',
  ]);
  expect(received).toEqual([]);
});

test('what the chip has and this board has not is told', async () => {
  const watched = await startBoard(`
import ssl
try:
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).set_ciphers(["TLS-RSA-WITH-AES-256-CBC-SHA256"])
except AttributeError as e:
    print(e)
`);
  await watched.ended;
  expect(watched.stdout()).toBe("'SSLContext' object has no attribute 'set_ciphers'\n");
  expect(watched.stderr()).toMatch(/has "tls\.SSLContext\.set_ciphers", this virtual board does not/);
});

test('dates are judged by the clock of the board, which begins in 2000', async () => {
  const dated = await certificate('hub.local', years(2010, 2020));
  const { port } = await tlsServer(echo, dated);
  const lines = await linesOf(`${client(port, dated.cert)}
import machine
clock = machine.RTC()
for year in (2000, 2015, 2025):
    clock.datetime((year, 2, 1, 0, 0, 0, 0, 0))
    refused(lambda: context.wrap_socket(dial(), server_hostname="hub.local").write(b"x"))
`);
  expect(lines.filter((line) => line !== '')).toEqual([
    'ValueError ',
    'The certificate validity starts in the future',
    'no error: 1',
    'ValueError ',
    'The certificate validity has expired',
  ]);
});

test('a certificate of an authority is taken through what it has signed', async () => {
  const ca = await authority('lab CA');
  const leaf = await certificate('hub.local', { ...ALWAYS, ca });
  const { port } = await tlsServer(echo, leaf);
  const withCa = `${client(port, own.cert)}
with open("ca.pem", "w") as f:
    f.write("""${ca.cert}\n""")
refused(lambda: context.wrap_socket(dial(), server_hostname="hub.local"))
context.load_verify_locations(cafile="ca.pem")
refused(lambda: context.wrap_socket(dial(), server_hostname="hub.local").write(b"x"))
`;
  const lines = await linesOf(withCa);
  expect(lines.filter((line) => line !== '').at(-1)).toBe('no error: 1');
  expect(lines).toContain('The certificate is not correctly signed by the trusted CA');
});

test('a server that speaks no TLS, one that hangs up, one that resets, one that is silent', async () => {
  const plain = await tcpPeer((socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'));
  const rude = await tcpPeer((socket) => socket.once('data', () => socket.end()));
  const resets = await tcpPeer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const silent = await tcpPeer(() => {});
  expect(
    await linesOf(`${client(plain)}
import ssl
for port in (${[plain, rude, resets, silent].join(', ')}):
    s = socket.socket()
    s.settimeout(0.1 if port == ${silent} else 20)
    s.connect(("127.0.0.1", port))
    refused(context.wrap_socket, s, server_hostname="hub.local")
refused(context.wrap_socket, socket.socket(), server_hostname="hub.local")
refused(context.wrap_socket, 7, server_hostname="hub.local")
refused(context.wrap_socket, dial(), server_side=True, server_hostname="hub.local")
`),
  ).toEqual([
    "OSError (-29184, 'MBEDTLS_ERR_SSL_INVALID_RECORD')",
    "OSError (-29312, 'MBEDTLS_ERR_SSL_CONN_EOF')",
    'OSError [Errno 104] ECONNRESET',
    'OSError [Errno 116] ETIMEDOUT',
    'OSError [Errno 128] ENOTCONN',
    'OSError stream operation not supported',
    'NotImplementedError a virtual board has TLS for clients only',
  ]);
});

test('cut anywhere in the handshake, and once more in the session: an error of the socket, and the next connection stands', async () => {
  const { port } = await tlsServer(echo);
  // The server's first flight has some 700 bytes, and the board's some 300 and then 130.
  const cuts = (['from-board', 'to-board'] as const).flatMap((direction) =>
    [0, 3, 100, 350, 420, 600, 900].map((bytes) => ({ direction, bytes })),
  );
  const air = new Air({
    joinMs: 10,
    cut: ({ number }) => (cuts[Math.floor(number / 2)] && number % 2 === 0 ? cuts[number / 2] : undefined),
  });
  const lines = await linesOf(
    `${client(port)}
failed = 0
for n in range(${cuts.length}):
    s = None
    try:
        s = dial()
        s = context.wrap_socket(s, server_hostname="hub.local")
        while True:
            s.write(b"x" * 50)
            s.read(50)
    except OSError as e:
        failed += e.errno == 104
    s.close()
    s = context.wrap_socket(dial(), server_hostname="hub.local")
    s.write(b"again")
    if s.read(5) != b"again":
        print("lost", n)
    s.close()
print(failed)
`,
    { air },
  );
  expect(lines).toEqual([String(cuts.length)]);
  expect(air.counts.cuts).toBe(cuts.length);
});

test('a handshake in silence ends with the time-out of the socket', async () => {
  const { port } = await tlsServer(echo);
  const air = new Air({ joinMs: 10, cut: () => ({ direction: 'to-board', bytes: 200, how: 'silence' }) });
  const lines = await linesOf(
    `${client(port)}
s = dial()
s.settimeout(0.2)
refused(context.wrap_socket, s, server_hostname="hub.local")
`,
    { air },
  );
  expect(lines).toEqual(['OSError [Errno 116] ETIMEDOUT']);
});

test('late and in small pieces it arrives all the same: asyncio', async () => {
  const { port } = await tlsServer(echo);
  const lines = await linesOf(
    `${client(port)}
import asyncio
async def main():
    reader, writer = await asyncio.open_connection("127.0.0.1", ${port}, ssl=context, server_hostname="hub.local")
    for n in range(3):
        writer.write(b"line %d\\n" % n)
        await writer.drain()
        print(await reader.readline())
    writer.close()
    await writer.wait_closed()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", ${port}, ssl=context)
        print(await reader.read(1))
    except ValueError as e:
        print(str(e).strip())
asyncio.run(main())
`,
    { air: airWith({ delayMs: 5, slice: 100 }) },
  );
  expect(lines).toEqual([
    "b'line 0\\n'",
    "b'line 1\\n'",
    "b'line 2\\n'",
    'The certificate Common Name (CN) does not match with the expected CN',
  ]);
});

test('what was written before close() arrives', async () => {
  const all = Promise.withResolvers<string>();
  const { port } = await tlsServer((socket) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('end', () => all.resolve(text));
  });
  await startBoard(
    `${client(port)}
s = context.wrap_socket(dial(), server_hostname="hub.local")
s.write(b"x" * 5000)
s.write(b"last")
s.close()
input()
`,
    { air: airWith({ delayMs: 20 }) },
  );
  expect(await all.promise).toMatch(/^x{5000}last$/);
});

test('a server that asks for a certificate gets the one that was loaded', async () => {
  const board = await certificate('board');
  const { port } = await tlsServer((socket) => socket.end(String(socket.getPeerCertificate().subject.CN)), {
    requestCert: true,
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.2',
  });
  expect(
    await linesOf(`${client(port)}
cert, key = """${board.cert}\n""", """${board.key}"""
context.load_cert_chain(cert.encode(), key.encode())
print(context.wrap_socket(dial(), server_hostname="hub.local").read())
refused(context.load_cert_chain, b"no", key.encode())
refused(context.load_cert_chain, cert.encode(), b"no")
`),
  ).toEqual(["b'board'", 'ValueError invalid cert', 'ValueError invalid key']);
});

test('requests over https and umqtt with ssl; the old ssl.wrap_socket()', async () => {
  const { port } = await tlsServer((socket) => {
    socket.once('data', (bytes) => {
      if (bytes[0] === 0x10) socket.write(Buffer.of(0x20, 2, 0, 0));
      else socket.end(`HTTP/1.0 200 OK\r\n\r\n# ${String(bytes).split('\r\n')[0]}`);
    });
  });
  expect(
    await linesOf(`${client(port)}
import requests
print(requests.get("https://127.0.0.1:${port}/at").text)
import mip
mip.install("https://localhost:${port}/one.py")
print(open("/lib/one.py").read())
from umqtt.simple import MQTTClient
for ssl_ in (True, context):
    client = MQTTClient("board", "localhost", port=${port}, ssl=ssl_)
    print(client.connect())
s = ssl.wrap_socket(dial())
s.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
print(s.readline())
`),
  ).toEqual([
    '# GET /at HTTP/1.0',
    `Downloading https://localhost:${port}/one.py to /lib`,
    'Copying: /lib/one.py',
    'Done',
    '# GET /one.py HTTP/1.0',
    '0',
    '0',
    "b'HTTP/1.0 200 OK\\r\\n'",
  ]);
});
