import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { describeCertificate, keepCertificate, makeCertificate } from '../../src/transport/certificate.ts';
import { streamLimits } from '../../src/transport/stream-peer.ts';
import { listenTcp } from '../../src/transport/tcp.ts';
import { tlsLimits } from '../../src/transport/tls-gate.ts';
import { Recorder, record, transportSuite } from '../suites/transport.ts';
import { plainTcp, plainTls } from './plain.ts';

const own = await makeCertificate('greenhouse');

transportSuite('TLS, as the server', async (clock) => {
  const transport = await listenTcp({ host: '127.0.0.1', port: 0, tls: own, clock });
  return { transport, connect: () => plainTls(transport.port, own.cert) };
});

async function begin(maxConnections?: number) {
  const clock = new ManualClock();
  const transport = await listenTcp({
    host: '127.0.0.1',
    port: 0,
    tls: own,
    clock,
    ...(maxConnections !== undefined && { maxConnections }),
  });
  const events = record(transport, clock);
  /** TCP alone, so far. */
  const dial = async () => {
    const socket = connect(transport.port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  return { clock, transport, events, dial };
}

const ended = (socket: Socket) => new Promise<void>((done) => socket.resume().once('close', () => done()));
const messages = (events: Recorder) => events.failures.map((error) => (error as Error).message);

test('a peer says that it is secure, and one over TCP does not', async () => {
  const { transport, events } = await begin();
  expect(transport).toMatchObject({ kind: 'tcp', secure: true });
  const end = await plainTls(transport.port, own.cert);
  onTestFinished(() => end.close());
  end.send('{"a":1}\n');
  expect((await events.next('message')).peer).toMatchObject({ transport: 'tcp', secure: true });

  const plain = await listenTcp({ host: '127.0.0.1', port: 0 });
  const plainEvents = new Recorder();
  plain.start(plainEvents);
  onTestFinished(() => plain.close());
  expect(plain.secure).toBe(false);
  const other = await plainTcp(plain.port);
  onTestFinished(() => other.close());
  expect((await plainEvents.next('opened')).peer.secure).toBe(false);
});

test('whoever speaks no TLS is cut, counted and told of, and never becomes a peer', async () => {
  const { transport, events, dial } = await begin();
  const socket = await dial();
  socket.write('{"temp":1}\n');
  await ended(socket);
  expect(await events.next('dropped')).toMatchObject({ peer: undefined, reason: 'TLS_FAILED', count: 1 });
  expect(messages(events)).toEqual([expect.stringMatching(/^127\.0\.0\.1 speaks no TLS/)]);
  expect(events.all.map(({ what }) => what)).toEqual(['dropped']);
  // and others come through
  const end = await plainTls(transport.port, own.cert);
  onTestFinished(() => end.close());
  await events.next('opened');
});

test('a client that does not take the certificate is told of as that', async () => {
  const { events, dial } = await begin();
  // node:tls as a client judges after the handshake; a chip says no in the middle of it, as this alert does.
  const alerting = await dial();
  const hello = new Duplex({ read() {}, write: (bytes, _encoding, done) => alerting.write(bytes, done) });
  connectTls({ socket: hello, servername: 'localhost', maxVersion: 'TLSv1.2' }).on('error', () => {});
  await once(alerting, 'data'); // ServerHello and the certificate
  alerting.write(Uint8Array.of(21, 3, 3, 0, 2, 2, 48)); // alert, TLS 1.2, 2 bytes: fatal, unknown_ca
  await ended(alerting);
  await events.next('dropped');
  expect(messages(events)).toEqual([expect.stringMatching(/does not take this hub's certificate/)]);
});

test('a cause is told once a minute, and counted each time', async () => {
  const { clock, events, dial } = await begin();
  const offend = async () => {
    const socket = await dial();
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await ended(socket);
    await events.next('dropped');
  };
  await offend();
  await offend();
  expect(messages(events)).toHaveLength(1);
  clock.advance(tlsLimits.tellMs);
  await offend();
  expect(messages(events)).toHaveLength(2);
  expect(events.all.filter(({ what }) => what === 'dropped')).toHaveLength(3);
});

test('a handshake that does not come to its end is cut in time', async () => {
  const { clock, events, dial } = await begin();
  const silent = await dial();
  silent.write(Uint8Array.of(22, 3, 1)); // the beginning of a ClientHello
  // The transport has it when one that came later is through.
  const late = await dial();
  late.write('no TLS\n');
  await ended(late);
  await events.next('dropped');
  clock.advance(tlsLimits.handshakeMs - 1);
  expect(silent.destroyed).toBe(false);
  clock.advance(1);
  await ended(silent);
  expect(await events.next('dropped')).toMatchObject({ reason: 'TLS_FAILED' });
  expect(messages(events).at(-1)).toMatch(/took too long/);
});

test('one that breaks off in the middle is counted, with a reset as with a FIN', async () => {
  const { events, dial, clock } = await begin();
  const reset = await dial();
  reset.write(Uint8Array.of(22, 3, 1));
  reset.resetAndDestroy();
  expect(await events.next('dropped')).toMatchObject({ reason: 'TLS_FAILED' });
  const finished = await dial();
  finished.end(Uint8Array.of(22, 3, 1));
  // Its FIN may be taken for a half-closed connection; then time ends it.
  await new Promise(setImmediate);
  clock.advance(tlsLimits.handshakeMs);
  await ended(finished);
  clock.advance(tlsLimits.handshakeMs);
  expect(await events.next('dropped')).toMatchObject({ reason: 'TLS_FAILED' });
});

test('handshakes have a bound of their own: the oldest of the host that has most makes room', async () => {
  const { events, dial, transport } = await begin();
  const first = await dial();
  const cut = ended(first);
  await Promise.all(Array.from({ length: tlsLimits.handshakes }, dial));
  await cut;
  expect(await events.next('dropped')).toMatchObject({ reason: 'TOO_MANY_CONNECTIONS', count: 1 });
  const end = await plainTls(transport.port, own.cert);
  onTestFinished(() => end.close());
  await events.next('opened');
});

test('connections that stand share their places as without TLS', async () => {
  const { events, transport } = await begin(2);
  const ends = [];
  for (let i = 0; i < 3; i++) {
    const end = await plainTls(transport.port, own.cert);
    onTestFinished(() => end.close());
    ends.push(end);
    await events.next('opened');
  }
  expect(await events.next('closed')).toMatchObject({ reason: 'EVICTED' });
  ends[2]?.send('still here\n');
  expect((await events.next('message')).text).toBe('still here');
  const dropped = events.all.filter(({ what }) => what === 'dropped');
  expect(dropped).toMatchObject([{ reason: 'TOO_MANY_CONNECTIONS', count: 1 }]);
});

test('the end of a peer is answered before ours', async () => {
  const { events, transport } = await begin();
  const end = await plainTls(transport.port, own.cert);
  onTestFinished(() => end.close());
  events.work = (peer) => void peer.send(Buffer.from('ok'));
  end.socket.end('last');
  expect(String(await end.received(2))).toBe('ok');
  expect((await events.next('closed')).reason).toBe('CLOSED');
});

test('what a peer does not read is bounded, and the rest counted', async () => {
  const { events, transport } = await begin();
  const end = await plainTls(transport.port, own.cert);
  onTestFinished(() => end.close());
  end.socket.pause();
  const { peer } = await events.next('opened');
  const block = Buffer.alloc(32 * 1024);
  let sent = 0;
  while (peer.send(block)) {
    sent += block.length;
    await new Promise(setImmediate);
  }
  expect(events.all.at(-1)).toMatchObject({ what: 'dropped', reason: 'PEER_NOT_READING' });
  expect(sent).toBeGreaterThan(streamLimits.outBytes);
});

test('a certificate without its key is refused with a sentence, before anything listens', async () => {
  const other = await makeCertificate('other');
  for (const tls of [
    { cert: own.cert, key: other.key },
    { cert: 'none', key: own.key },
  ]) {
    await expect(listenTcp({ host: '127.0.0.1', port: 0, tls })).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      message: expect.stringMatching(/cannot be used/),
    });
  }
});

test('a certificate is valid on a chip whose clock begins anew, names the hub, and signs no other', async () => {
  const { X509Certificate } = await import('node:crypto');
  const certificate = new X509Certificate(own.cert);
  expect(certificate.ca).toBe(false);
  expect(certificate.subjectAltName).toBe('DNS:greenhouse.local, DNS:localhost');
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  const { der, fingerprint, validFrom, validTo } = describeCertificate(own.cert);
  expect(validFrom.getUTCFullYear()).toBe(1970);
  expect(validTo.getUTCFullYear()).toBe(9999);
  expect(fingerprint).toBe(certificate.fingerprint256);
  expect(Buffer.from(der, 'base64')).toEqual(certificate.raw);
  expect(() => describeCertificate('none')).toThrow('must be PEM or DER');
});

test('the data folder keeps one certificate, for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiteline-tls-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const data = join(folder, 'data');
  const made = await keepCertificate(data, 'kiteline');
  const again = await keepCertificate(data, 'another');
  expect(describeCertificate(again.cert)).toEqual(describeCertificate(made.cert));
  expect((await stat(join(data, 'tls.pem'))).mode & 0o777).toBe(0o600);
  const transport = await listenTcp({ host: '127.0.0.1', port: 0, tls: again });
  await transport.close();
  await writeFile(join(folder, 'file'), '');
  await expect(keepCertificate(join(folder, 'file'), 'x')).rejects.toMatchObject({ code: 'USAGE' });
});
