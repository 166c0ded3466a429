/** Board(tls=…): to hubs of ours and to others, with the certificate and without. */
import { once } from 'node:events';
import { createServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import {
  createHub,
  describeCertificate,
  type HubOptions,
  MemoryStore,
  makeCertificate,
} from '../../src/index.ts';
import type { TlsKeys } from '../../src/transport/tls-gate.ts';
import { Air, type Weather } from '../../src/virtual/index.ts';
import { ALWAYS, authority, certificate, years } from '../helpers/certificates.ts';
import { COUNTING, count, HERE, presence, startHub } from '../helpers/hub.ts';
import { boardAt, libraryLines, startLibrary } from '../helpers/library.ts';
import { tcpPeer } from '../helpers/peers.ts';
import { testKey, testKeys } from '../hub/keyed-boards.ts';

const own = await makeCertificate('hub');
const other = await makeCertificate('hub');
const pin = (pem: string | Buffer) => `tls={"cert": "${describeCertificate(pem).der}"}`;

const startTls = (keys: TlsKeys = own, options: HubOptions = {}) =>
  startHub(options, { tls: { ...HERE, ...keys } });

/** A server of node:tls, which is no hub; what it got to read. */
async function stranger(keys: TlsKeys) {
  const heard: string[] = [];
  const server = createServer(keys, (socket: TLSSocket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => heard.push(String(bytes)));
    onTestFinished(() => void socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const where = server.address();
  if (!where || typeof where === 'string') throw new Error('no port');
  return { port: where.port, heard };
}

test('samples are acknowledged, a command done, a call answered, over TLS', async () => {
  const { hub, port, numbers } = await startTls();
  hub.method('plan', (params) => ({ sum: (params as { a: number }).a + 1 }));
  const running = await startLibrary(`${boardAt(port, pin(own.cert))}${COUNTING(50)}
@board.command(on=bool)
def led(on):
    return {"on": on}
@board.task
async def go():
    print(await board.call("plan", a=2))
board.run()
`);
  await running.out(/\{'sum': 3\}/);
  await running.out(/all stored 0/);
  expect(await hub.board('b')?.command('led', { on: true })).toMatchObject({
    outcome: 'done',
    result: { on: true },
  });
  expect(await numbers()).toEqual(count(50));
  expect(hub.counts.dropped).toEqual({});
});

test('the certificate may be DER or PEM, as text, bytes or in a file; its names are found; what is none is told', async () => {
  const { cert } = await certificate('common');
  const rsa = await certificate('rsa.example', { keyType: 'rsa', keySize: 2048 });
  const many = await certificate('x', {
    extensions: [
      {
        name: 'subjectAltName',
        critical: true,
        altNames: [
          { type: 7, ip: '10.0.0.1' },
          ...Array.from({ length: 20 }, (_, n) => ({ type: 2 as const, value: `host-${n}.local` })),
        ],
      },
    ],
  });
  const none = await certificate('x', {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '10.0.0.1' }] }],
  });
  const der = (pem: string) => Buffer.from(describeCertificate(pem).der, 'base64');
  const lines = await libraryLines(
    `
import kiteline, binascii
def made(tls, **named):
    try:
        link = kiteline.Board("b", "10.0.0.2", [], tls=tls, **named)._link
        print(link.tls and (link.tls._name, len(link.tls._der)), link.hub[1], link.udp)
    except Exception as e:
        print(type(e).__name__, e)
for file in ("own.der", "own.pem", "/common.pem", "rsa.der", "many.der"):
    made({"cert": file})
with open("own.pem") as f:
    made(f.read())
with open("own.der", "rb") as f:
    der = f.read()
made({"cert": der})
made({"cert": binascii.b2a_base64(der).decode()})
made(None)
made({"cert": der}, listen=9000)
for wrong in ("none.der", "there-is-none.der", {"cert": 5}, {}, {"cert": "MIIB"}, 7):
    made(wrong)
print(kiteline.Board("b", "10.0.0.2:81", [], tls=der)._link.hub)
with open("/kiteline.json", "w") as f:
    f.write('{"name":"b","hub":"10.0.0.3","tls":{"cert":"own.der"}}')
made(None)
`,
    {
      files: {
        'own.der': der(own.cert),
        'own.pem': `${own.cert}\n`,
        'common.pem': cert,
        'rsa.der': der(rsa.cert),
        'many.der': der(many.cert),
        'none.der': der(none.cert),
      },
    },
  );
  const size = der(own.cert).length;
  expect(lines).toEqual([
    `('hub.local', ${size}) 9443 9000`,
    `('hub.local', ${size}) 9443 9000`,
    `('common', ${der(cert).length}) 9443 9000`,
    `('rsa.example', ${der(rsa.cert).length}) 9443 9000`,
    `('host-0.local', ${der(many.cert).length}) 9443 9000`,
    `('hub.local', ${size}) 9443 9000`,
    `('hub.local', ${size}) 9443 9000`,
    `('hub.local', ${size}) 9443 9000`,
    'None 9000 9000',
    'ValueError tls is for a board that connects to its hub, not for one that listens',
    expect.stringMatching(/^ValueError tls is .*: it names no host$/),
    expect.stringMatching(/^ValueError the certificate there-is-none.der cannot be read/),
    ...Array.from({ length: 4 }, () =>
      expect.stringMatching(/^ValueError tls is \{"cert": …\} with a certificate/),
    ),
    "('10.0.0.2', 81)",
    `('hub.local', ${size}) 9443 9000`,
  ]);
});

test('with a key as well: proved and signed inside of TLS, and no datagrams beside it', async () => {
  const keys = testKeys('b');
  const { port, numbers, hub } = await startTls(own, { keys });
  await hub.listen({ udp: HERE });
  const key = Buffer.from(testKey('b')).toString('hex');
  const running = await startLibrary(`${boardAt(port, `${pin(own.cert)}, key="${key}"`)}${COUNTING(5)}
@board.control("drive", lease=60_000, stop=lambda: None, left=float)
def drive(left):
    print("drive", left, "kiteline.datagrams" in sys.modules)
import sys
board.run()
`);
  await running.out(/all stored 0/);
  expect(await numbers()).toEqual(count(5));
  expect(hub.board('b')?.control('drive', { holdMs: 10_000 }).set({ left: 0.5 })).toBe(true);
  await running.out(/drive 0\.5 False/); // on the session, though the hub listens for datagrams
  // The session's lines are signed: one with the certificate alone is refused.
  const without = await startLibrary(`${boardAt(port, pin(own.cert))}board.run()\n`);
  await without.out(/refuses this board/);
});

test('a board that knows no address finds the port for TLS, and not the other', async () => {
  const { hub, port, numbers } = await startTls();
  const { tcp, udp } = await hub.listen({ tcp: HERE, udp: HERE });
  const running = await startLibrary(`${boardAt(1)}
def trace(event, *args):
    if event == "found":
        print("found", *args)
kiteline.Board.trace = trace
with open("/kiteline.json", "w") as f:
    f.write('{"name":"b","port":${udp?.port},"tls":{"cert":"${describeCertificate(own.cert).der}"}}')
board = kiteline.Board()
${COUNTING(3)}
board.run()
`);
  const [, found] = await running.out(/found question 127\.0\.0\.1:(\d+)/);
  expect(Number(found)).toBe(port);
  expect(port).not.toBe(tcp?.port);
  await running.out(/all stored 0/);
  expect(await numbers()).toEqual(count(3));
});

test('a hub with another certificate, of the same name, is refused with a sentence, and hears nothing', async () => {
  const { port, heard } = await stranger(other);
  const running = await startLibrary(`${boardAt(port, pin(own.cert))}
kiteline.Board.trace = None
board.send({"n": 1})
print("secret")
board.run()
`);
  await running.out(
    /offline: the hub at 127\.0\.0\.1:\d+ is not this board's: it has not the certificate in "tls"/,
  );
  expect(heard).toEqual([]);
});

test('one that the pinned hub has signed, and one that an authority has, are others', async () => {
  for (const pinned of [own, await authority('hub.local')]) {
    const { port, heard } = await stranger(await certificate('hub.local', { ...ALWAYS, ca: pinned }));
    const running = await startLibrary(`${boardAt(port, pin(pinned.cert))}\nboard.run()\n`);
    await running.out(/is not this board's: it has not the certificate in "tls"/);
    expect(heard).toEqual([]);
  }
});

test('a certificate whose dates do not fit the clock is told of as that; one of another host name is none the worse', async () => {
  const dated = await certificate('elsewhere.example', years(2010, 2020));
  const { port, numbers } = await startTls(dated);
  const program = (year: number) => `
import machine
machine.RTC().datetime((${year}, 2, 1, 0, 0, 0, 0, 0))
${boardAt(port, pin(dated.cert))}${COUNTING(2)}
board.run()
`;
  for (const year of [2001, 2025]) {
    const refusing = await startLibrary(program(year));
    await refusing.out(/its certificate is not valid at what this board's clock says/);
  }
  expect(await numbers()).toEqual([]);
  const running = await startLibrary(program(2015));
  await running.out(/all stored 0/);
  expect(await numbers()).toEqual(count(2));
});

test('a port without TLS, one that hangs up, one that says nothing: told, and tried again', async () => {
  const plain = await tcpPeer((socket) => socket.end('no hub\n'));
  const rude = await tcpPeer((socket) => socket.end());
  for (const port of [plain, rude]) {
    const running = await startLibrary(`${boardAt(port, pin(own.cert))}\nboard.run()\n`);
    await running.out(
      /offline: no TLS with the hub at 127\.0\.0\.1:\d+: .*; does it listen there with --tls\?/,
    );
  }
  let came = 0;
  const again = Promise.withResolvers<void>();
  const silent = await tcpPeer(() => {
    came += 1;
    if (came === 2) again.resolve();
  });
  const running = await startLibrary(`${boardAt(silent, pin(own.cert))}
from kiteline.connection import Connection
Connection.HELLO_MS = 50
board.run()
`);
  await running.out(/offline: 127\.0\.0\.1:\d+ does not answer/);
  await again.promise;
});

test('while the handshake waits the program goes on', async () => {
  const silent = await tcpPeer(() => {});
  const running = await startLibrary(`${boardAt(silent, pin(own.cert))}
from kiteline.connection import Connection
turns = 0
@board.every(5)
def turn():
    global turns
    turns += 1
    if turns == 20 and board._link._connection and not board.online:
        print("twenty turns")
board.run()
`);
  await running.out(/twenty turns/);
});

test('cut in the middle of the handshake and of the session, over and over: nothing is lost and nothing twice', async () => {
  const { port, numbers } = await startTls();
  const air = new Air({
    joinMs: 5,
    cut: ({ number }) => {
      if (number >= 16) return undefined;
      return { direction: number % 2 ? 'to-board' : 'from-board', bytes: number * 110 };
    },
  });
  const running = await startLibrary(`${boardAt(port, pin(own.cert))}${COUNTING(40)}\nboard.run()\n`, {
    air,
  });
  await running.out(/all stored 0/);
  expect(await numbers()).toEqual(count(40));
  expect(air.counts.cuts).toBeGreaterThanOrEqual(8);
});

test('late, and in pieces of a few bytes', async () => {
  const { port, numbers } = await startTls();
  const air = new Air({ joinMs: 5 });
  const weather: Partial<Weather> = { delayMs: 3, jitterMs: 3, slice: 40 };
  air.setWeather(weather);
  const running = await startLibrary(`${boardAt(port, pin(own.cert))}${COUNTING(10)}\nboard.run()\n`, {
    air,
  });
  await running.out(/all stored 0/);
  expect(await numbers()).toEqual(count(10));
});

test('a hub that comes back with another certificate is not taken, and with the old one it is', async () => {
  const store = () => ({ store: new MemoryStore() });
  const first = await startTls();
  const running = await startLibrary(`${boardAt(first.port, pin(own.cert))}
board.run()
`);
  await presence(first.hub, 'online');
  await first.hub.close();
  const impostor = createHub(store());
  await impostor.listen({ tls: { host: '127.0.0.1', port: first.port, ...other } });
  await running.out(/is not this board's/);
  expect(impostor.boards()).toEqual([]);
  await impostor.close();
  const second = createHub(store());
  onTestFinished(() => second.close());
  const online = presence(second, 'online');
  await second.listen({ tls: { host: '127.0.0.1', port: first.port, ...own } });
  await online;
});

test.each([
  // What MicroPython 1.22 and 1.23 say of every certificate that mbedTLS does not take.
  [
    'OSError(-9984, "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED")',
    /not this board's: it has not the certificate in "tls", or its/,
  ],
  [
    'OSError(-30592, "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE")',
    /no TLS with the hub at .*-30592.*; does it listen there/,
  ],
  ['OSError(12)', /no TLS with the hub at .*12/], // no memory for its buffers
])('what older firmware says, and the sentence for it: %s', async (error, sentence) => {
  const silent = await tcpPeer(() => {});
  const running = await startLibrary(`${boardAt(silent, pin(own.cert))}board.run()\n`, {
    files: {
      // In the place of the firmware's: the fourth read fails, the socket below is let go of as mbedTLS does it.
      'tls.py': `
PROTOCOL_TLS_CLIENT = 0
CERT_REQUIRED = 2
class Secure:
    reads = 0
    def read(self, size):
        self.reads += 1
        if self.reads == 4:
            raise ${error}
    def getpeercert(self, binary):
        return None
    def ioctl(self, request, argument):
        return argument
    def close(self):
        pass
class SSLContext:
    def __init__(self, protocol):
        pass
    def load_verify_locations(self, cadata):
        pass
    def wrap_socket(self, sock, *, server_hostname, do_handshake_on_connect):
        return Secure()
`,
    },
  });
  await running.out(sentence);
});
