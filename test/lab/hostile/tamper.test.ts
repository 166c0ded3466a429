import { describe, expect, test } from 'vitest';
import { Memory, TAMPER_KINDS, type Tamper, TamperedLines } from '../../../src/lab/hostile/tamper.ts';

const LINES = [
  '{"a":1}\t1.00000000000000aa\n',
  '{"a":2}\t2.00000000000000bb\n',
  '{"a":3}\t3.00000000000000cc\n',
];

/** What comes of the three lines, on and back. */
function passed(does: Tamper['does'], at: number, memory = new Memory()) {
  const struck: string[] = [];
  const lines = new TamperedLines({ direction: 'from-board', line: 1, does, at }, memory, (what) =>
    struck.push(what),
  );
  const on: string[] = [];
  const back: string[] = [];
  for (const line of LINES) {
    const passage = lines.pass('from-board', Buffer.from(line));
    on.push(...passage.on.map(String));
    back.push(...passage.back.map(String));
  }
  expect(struck).toEqual([does]);
  return { on, back };
}

describe('the second of three lines', () => {
  const [first, second, third] = LINES;

  test('does not arrive, or the third before it', () => {
    expect(passed('drop', 0)).toEqual({ on: [first, third], back: [] });
    expect(passed('swap', 0)).toEqual({ on: [first, third, second], back: [] });
  });

  test('comes back to its sender', () => {
    expect(passed('reflect', 0)).toEqual({ on: LINES, back: [second] });
  });

  test('has an older one behind it, of this connection or of one before', () => {
    expect(passed('replay', 0).on).toEqual([first, second, first, third]);
    expect(passed('replay', 0.9).on).toEqual([first, second, second, third]);
    const memory = new Memory();
    memory.keep('from-board', Buffer.from('of another connection\n'));
    memory.keep('to-board', Buffer.from('of the other direction\n'));
    expect(passed('replay', 0, memory).on[2]).toBe('of another connection\n');
  });

  test('is another in one byte, wherever, and stays a line', () => {
    const seen = new Set<string>();
    for (let at = 0; at < 1; at += 0.01) {
      const { on } = passed('alter', at);
      const [, other = ''] = on;
      expect(on).toEqual([first, other, third]);
      expect([...other].filter((character, i) => character !== second?.[i]).length).toBe(1);
      expect(other.indexOf('\n')).toBe(other.length - 1);
      seen.add(other);
    }
    expect(seen.size).toBe((second?.length ?? 0) - 1);
  });

  test('has a lie behind it: half of them look signed, with the number that is next', () => {
    const lies = Array.from({ length: 8 }, (_, i) => passed('inject', i / 8).on[2] ?? '');
    expect(new Set(lies).size).toBe(8);
    expect(lies.filter((lie) => /\t3\.[0-9a-f]{16}\n$/.test(lie)).length).toBe(4);
    expect(lies.every((lie) => lie.endsWith('\n'))).toBe(true);
  });
});

test('lines of the other direction, and of a connection that is left alone, pass', () => {
  const memory = new Memory();
  for (const does of TAMPER_KINDS) {
    const other = new TamperedLines({ direction: 'to-board', line: 0, does, at: 0 }, memory, () => {});
    const none = new TamperedLines(undefined, memory, () => {});
    for (const line of LINES) {
      expect(other.pass('from-board', Buffer.from(line)).on.map(String)).toEqual([line]);
      expect(none.pass('to-board', Buffer.from(line)).on.map(String)).toEqual([line]);
    }
  }
});
