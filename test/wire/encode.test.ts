import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decode,
  encodeError,
  encodeLine,
  encodeNotification,
  encodeRequest,
  encodeResult,
  encodeSample,
  encodeText,
  RPC,
} from '../../src/wire/index.ts';

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('text goes out as its bytes, a line with its LF', () => {
  expect(textOf(encodeText('response...'))).toBe('response...');
  expect(textOf(encodeLine('ok'))).toBe('ok\n');
  expect(() => encodeLine('two\nlines')).toThrow(RangeError);
});

test('control messages are one line each and come back as they were', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (text, json) => {
      const value = JSON.parse(JSON.stringify(json));
      for (const line of [
        encodeRequest(text, text, [value]),
        encodeResult(1, value),
        encodeNotification(text, { value }),
        encodeError(null, RPC.INTERNAL, text, value),
      ]) {
        expect(line.indexOf(10)).toBe(line.length - 1);
        expect(['request', 'response', 'notification']).toContain(decode(line.subarray(0, -1)).kind);
      }
    }),
  );
  expect(decode(encodeRequest(3, 'led', { on: true }))).toEqual({
    kind: 'request',
    id: 3,
    method: 'led',
    params: { on: true },
  });
});

test('a sample comes back as it was, numbers that JSON does not have left out', () => {
  const values = new Map<string, number | boolean | string>([
    ['temp', 23.5],
    ['__proto__', true],
    ['名', 'x'],
  ]);
  const line = encodeSample([...values, ['bad', Number.NaN]], { t: 1_700_000_000_000, seq: 4, boot: 'b' });
  expect(decode(line)).toEqual({
    kind: 'samples',
    samples: [{ values, t: 1_700_000_000_000, seq: 4, boot: 'b' }],
    skipped: {},
  });
});

test('lines that are kept stay as they are, however many are made after them', () => {
  const texts = Array.from({ length: 2_000 }, (_, i) => '名é€x'.charAt(i % 4).repeat((i * 37) % 700));
  const kept = texts.map((text, id) => encodeResult(id, text));
  for (const [id, text] of texts.entries()) {
    expect(textOf(kept[id] as Uint8Array)).toBe(`{"jsonrpc":"2.0","id":${id},"result":"${text}"}\n`);
  }
});
