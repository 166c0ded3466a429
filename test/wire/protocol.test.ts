import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { limits, MESSAGE_REASONS, VALUE_REASONS } from '../../src/wire/index.ts';

const protocol = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8');

test.each([...MESSAGE_REASONS, ...VALUE_REASONS])('PROTOCOL.md says what %s is', (reason) => {
  expect(protocol).toContain(`\`${reason}\``);
});

test.each(Object.entries(limits))('PROTOCOL.md has the limit %s', (_, limit) => {
  expect(protocol).toMatch(new RegExp(`\\b${limit}\\b`));
});
