/** Signed lines and datagrams of sessions, row by row; trailers that are none; and any payload there and back. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hubProof, keyId, sessionKey } from '../../src/hub/seal.ts';
import {
  datagramTrailer,
  limits,
  lineTrailer,
  type Mac,
  SIGNED_BYTES,
  signDatagram,
  signLine,
  TRAILER_BYTES,
} from '../../src/wire/index.ts';
import { trailers } from '../helpers/trailers.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const macOf =
  (session: string): Mac =>
  (head, payload) =>
    createHmac('sha256', Buffer.from(session, 'hex')).update(head).update(payload).digest('hex').slice(0, 16);

describe('handshakes', () => {
  test.each(trailers.handshakes)('$name', ({ key, id, proof, session, ...handshake }) => {
    const bytes = Buffer.from(key, 'hex');
    expect(keyId(bytes)).toBe(id);
    expect(hubProof(bytes, handshake)).toBe(proof);
    expect(Buffer.from(sessionKey(bytes, handshake)).toString('hex')).toBe(session);
  });
});

describe('lines', () => {
  test.each(trailers.lines)('$name', ({ session, direction, counter, payload, line }) => {
    expect(textOf(signLine(bytesOf(payload), direction, counter, macOf(session)))).toBe(line);
    const { length, mac, ...rest } = lineTrailer(bytesOf(line)) ?? {};
    expect(rest).toEqual({ counter });
    expect(textOf(bytesOf(line).subarray(0, length))).toBe(payload);
    expect(textOf(mac ?? new Uint8Array())).toBe(line.slice(-16));
    expect(datagramTrailer(bytesOf(line))).toBeUndefined();
  });
});

describe('datagrams', () => {
  test.each(trailers.datagrams)('$name', ({ session, direction, id, counter, payload, datagram }) => {
    const mac = session === null ? undefined : macOf(session);
    expect(textOf(signDatagram(bytesOf(payload), direction, id, counter, mac))).toBe(datagram);
    const trailer = datagramTrailer(bytesOf(datagram));
    expect(trailer).toMatchObject({ session: id, counter });
    expect(textOf(bytesOf(datagram).subarray(0, trailer?.length))).toBe(payload);
    expect(trailer?.mac && textOf(trailer.mac)).toBe(session === null ? undefined : datagram.slice(-16));
    expect(lineTrailer(bytesOf(datagram))).toBeUndefined();
  });
});

describe('what ends in no trailer', () => {
  test.each(trailers.others)('$kind: $name', ({ kind, input }) => {
    expect((kind === 'line' ? lineTrailer : datagramTrailer)(bytesOf(input))).toBeUndefined();
  });
});

test('any payload and counter come out as they went in, and the trailer is never longer than it may be', () => {
  const mac: Mac = () => '0123456789abcdef';
  const payloads = fc.uint8Array({ minLength: 1, maxLength: 200 });
  const counters = fc.integer({ min: 1, max: 999_999_999_999 });
  fc.assert(
    fc.property(payloads, counters, fc.boolean(), (payload, counter, isSigned) => {
      const line = signLine(payload, 'b', counter, mac);
      expect(lineTrailer(line)).toMatchObject({ length: payload.length, counter });
      const datagram = signDatagram(payload, 'hd', 'c0ffee12', counter, isSigned ? mac : undefined);
      expect(datagramTrailer(datagram)).toMatchObject({
        length: payload.length,
        counter,
        session: 'c0ffee12',
      });
      expect(Math.max(line.length, datagram.length)).toBeLessThanOrEqual(payload.length + TRAILER_BYTES);
    }),
  );
  expect(SIGNED_BYTES + TRAILER_BYTES).toBeLessThanOrEqual(limits.lineBytes);
});

test('whatever the bytes are, they end in a trailer or they do not', () => {
  const pieces = fc.constantFrom('\t', '.', '1', '0', 'a', 'g', 'c0ffee12', '0123456789abcdef', '\r', 'é');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const bytes = bytesOf(parts.join(''));
      for (const trailer of [lineTrailer(bytes), datagramTrailer(bytes)]) {
        if (!trailer) continue;
        expect(bytes[trailer.length]).toBe(0x09);
        expect(bytes.indexOf(0x09, trailer.length + 1)).toBe(-1);
      }
    }),
  );
});
