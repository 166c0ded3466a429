/** What both ends of a signed session take of each other, and what they do not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Seal, WINDOW } from '../../src/hub/seal.ts';
import { trailers } from '../helpers/trailers.ts';

const KEY = new Uint8Array(32).fill(7);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const pair = () => ({ hub: new Seal(KEY), board: new Seal(KEY, 'board') });
const open = (seal: Seal, line: Uint8Array) => {
  const opened = seal.open(line);
  return typeof opened === 'string' ? opened : { is: Buffer.from(opened).toString() };
};
const openDatagram = (seal: Seal, data: Uint8Array) => {
  const opened = seal.openDatagram(data);
  return typeof opened === 'string' ? opened : { is: Buffer.from(opened).toString() };
};

test('the first lines of either end are those of the rows', () => {
  const { session } = trailers.handshakes[0] ?? { session: '' };
  const rows = trailers.lines.filter((row) => row.session === session && row.counter === 1);
  expect(rows.length).toBe(2);
  for (const { direction, payload, line } of rows) {
    const seal = new Seal(Buffer.from(session, 'hex'), direction === 'b' ? 'board' : 'hub');
    expect(Buffer.from(seal.sign(bytesOf(payload))).toString()).toBe(line);
  }
  const datagrams = trailers.datagrams.filter((row) => row.session === session && row.counter === 1);
  expect(datagrams.length).toBe(2);
  for (const { direction, id, payload, datagram } of datagrams) {
    const seal = new Seal(Buffer.from(session, 'hex'), direction === 'bd' ? 'board' : 'hub');
    expect(Buffer.from(seal.signDatagram(id, bytesOf(payload))).toString()).toBe(datagram);
  }
});

test('lines are taken in their order, and none twice, none before its turn, none of our own', () => {
  const { hub, board } = pair();
  const lines = ['a', 'b', 'c'].map((text) => board.sign(bytesOf(text)));
  const [a, b, c] = lines as [Uint8Array, Uint8Array, Uint8Array];
  expect(open(hub, b)).toBe('BAD_SIGNATURE'); // the one before it is missing
  expect(open(hub, a)).toEqual({ is: 'a' });
  expect(open(hub, a)).toBe('REPLAYED');
  expect(open(hub, b)).toEqual({ is: 'b' });
  expect(open(hub, a)).toBe('REPLAYED');
  expect(open(board, c)).toBe('BAD_SIGNATURE'); // reflected
  expect(open(new Seal(new Uint8Array(32).fill(8)), c)).toBe('BAD_SIGNATURE'); // of another session
  expect(open(hub, bytesOf('c'))).toBe('BAD_SIGNATURE');
  expect(open(hub, c)).toEqual({ is: 'c' });
});

test('a line of which any byte is another one is not taken, nor one that has a byte more or less', () => {
  const line = pair().board.sign(bytesOf('{"temp":23.5,"$seq":17}'));
  const places = fc.nat({ max: line.length - 1 });
  fc.assert(
    fc.property(places, fc.integer({ min: 1, max: 255 }), (at, change) => {
      const altered = line.slice();
      altered[at] = (altered[at] ?? 0) ^ change;
      expect(open(pair().hub, altered)).toBe('BAD_SIGNATURE');
    }),
    { numRuns: 500 },
  );
  for (let at = 0; at < line.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const altered = line.slice();
      altered[at] = (altered[at] ?? 0) ^ (1 << bit);
      expect(open(pair().hub, altered)).toBe('BAD_SIGNATURE');
    }
    const without = Uint8Array.from([...line.subarray(0, at), ...line.subarray(at + 1)]);
    expect(open(pair().hub, without)).toBe('BAD_SIGNATURE');
    const doubled = Uint8Array.from([...line.subarray(0, at + 1), ...line.subarray(at)]);
    expect(open(pair().hub, doubled)).toBe('BAD_SIGNATURE');
  }
  expect(open(pair().hub, line)).toEqual({ is: '{"temp":23.5,"$seq":17}' });
});

test('what did not go out has used no counter', () => {
  const { hub, board } = pair();
  hub.sign(bytesOf('lost'));
  hub.sign(bytesOf('lost, too'));
  hub.sent(false);
  const two = [hub.sign(bytesOf('a')), hub.sign(bytesOf('b'))];
  hub.sent(true);
  hub.sign(bytesOf('lost'));
  hub.sent(false);
  const third = hub.sign(bytesOf('c'));
  expect([...two, third].map((line) => open(board, line))).toEqual([{ is: 'a' }, { is: 'b' }, { is: 'c' }]);
});

test('datagrams are taken in any order within the window, each once', () => {
  const { hub, board } = pair();
  const sent = Array.from({ length: 3 * WINDOW }, (_, i) => board.signDatagram('c0ffee12', bytesOf(`${i}`)));
  const numbers = fc.array(fc.nat({ max: sent.length - 1 }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(numbers, (order) => {
      const seal = new Seal(KEY);
      const taken = new Set<number>();
      let newest = Number.NEGATIVE_INFINITY;
      for (const i of order) {
        const isIn = i > newest - WINDOW && !taken.has(i);
        expect(openDatagram(seal, sent[i] as Uint8Array)).toEqual(isIn ? { is: `${i}` } : 'REPLAYED');
        taken.add(i);
        newest = Math.max(newest, i);
      }
    }),
  );
  const first = sent[0] as Uint8Array;
  expect(openDatagram(board, first)).toBe('BAD_SIGNATURE'); // reflected
  expect(openDatagram(hub, bytesOf('0\tc0ffee12.1'))).toBe('BAD_SIGNATURE'); // as in a session without a key
  expect(open(hub, first)).toBe('BAD_SIGNATURE'); // on the stream
  expect(openDatagram(hub, board.sign(bytesOf('a')))).toBe('BAD_SIGNATURE');
  for (let at = 0; at < first.length; at++) {
    const altered = first.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    // The session's id only says whose key it is, and with another key no signature is right.
    const isId = at >= 2 && at < 10;
    expect(openDatagram(new Seal(KEY), altered)).toEqual(
      isId && /[0-9a-f]/.test(String.fromCharCode(altered[at] ?? 0)) ? { is: '0' } : 'BAD_SIGNATURE',
    );
  }
  expect(openDatagram(hub, first)).toEqual({ is: '0' });
});
