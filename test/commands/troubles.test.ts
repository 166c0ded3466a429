import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Troubles } from '../../src/commands/up/troubles.ts';

test('what fails again and again is told once a minute, and nothing before the hub has said where it is', () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const troubles = new Troubles((line) => lines.push(line), clock);
  const full = 'Trouble with the history, the hub goes on: The disk is full.';
  troubles.tell('The disk is full.');
  expect(lines).toEqual([]);
  troubles.begin();
  for (let i = 0; i < 100; i++) troubles.tell('The disk is full.');
  expect(lines).toEqual([full]);
  troubles.tell('Something else.');
  clock.advance(60_000);
  troubles.tell('The disk is full.');
  troubles.begin();
  expect(lines).toEqual([full, expect.stringContaining('Something else.'), full]);
});
