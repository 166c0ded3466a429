import { expect, test } from 'vitest';
import { presenceText } from '../../src/commands/presence.ts';
import { columns } from '../../src/commands/terminal.ts';
import type { BoardInfo } from '../../src/hub/boards.ts';

const lost = (said: string) =>
  presenceText({ presence: { state: 'lost', since: 0, why: 'BYE', said } } as BoardInfo, 3_000);

test('what a board said when it went is shown, of long text the beginning', () => {
  expect(lost('deep sleep')).toBe('lost 3 s ago: deep sleep');
  expect(lost('x'.repeat(40))).toBe(`lost 3 s ago: ${'x'.repeat(40)}`);
  expect(lost('x'.repeat(41))).toBe(`lost 3 s ago: ${'x'.repeat(39)}…`);
  expect(lost(`${'\n'.repeat(30)}`)).toBe(`lost 3 s ago: ${'\\n'.repeat(19)}…`);
  expect(columns(lost('睡'.repeat(200)))).toBe(columns('lost 3 s ago: ') + 39);
});
