import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, Scanner, type Shape } from '../../src/wire/index.ts';
import { numberText, random } from './number-texts.ts';
import {
  bytesOf,
  changed,
  changes,
  cleanMessages,
  nastyMessages,
  pooled,
  scanAndCompare,
} from './scanner-cases.ts';

const someChanges = fc.array(changes, { maxLength: 4 });

test('a second message of a form is scanned as it is decoded; what is changed in it, as well or not at all', () => {
  const scanner = new Scanner({ shapes: 64 });
  let survived = 0;
  fc.assert(
    fc.property(cleanMessages, someChanges, ({ texts }, list) => {
      const [first, second] = texts.map((text) => pooled(bytesOf(text))) as [Buffer, Buffer];
      const shape = scanner.learn(first, decode(first));
      if (!shape) throw new Error('the form is not learned');
      if (scanAndCompare(scanner, second, shape) !== shape) throw new Error('not scanned with the hint');
      if (scanAndCompare(scanner, second) !== shape) throw new Error('not scanned without a hint');
      for (const change of list) {
        const bytes = pooled(changed(second, change, first));
        if (scanAndCompare(scanner, bytes, shape) === shape) survived++;
      }
    }),
    { numRuns: 30_000 },
  );
  expect(survived).toBeGreaterThan(1_000); // such as another digit: the comparison had something to compare
});

test('whatever comes, a scan gives what the decoder gives, or nothing', () => {
  const scanner = new Scanner({ shapes: 64 });
  let hint: Shape | undefined;
  let last: Uint8Array = bytesOf('{}');
  let hits = 0;
  const take = (bytes: Uint8Array) => {
    if (scanAndCompare(scanner, bytes, hint)) hits++;
    const shape = scanner.learn(bytes, decode(bytes));
    if (shape && scanAndCompare(scanner, bytes, shape) !== shape) throw new Error('learned and not scanned');
    hint = shape ?? hint;
  };
  fc.assert(
    fc.property(nastyMessages, someChanges, ({ texts }, list) => {
      const [first, second] = texts.map((text) => pooled(bytesOf(text))) as [Buffer, Buffer];
      take(first);
      take(second);
      for (const change of list) take(pooled(changed(second, change, last)));
      last = first;
    }),
    { numRuns: 30_000 },
  );
  expect(hits).toBeGreaterThan(1_000);
});

test('200,000 numbers: every one that JSON.parse takes and a double holds, bit for bit', () => {
  const scanner = new Scanner();
  const model = bytesOf('{"x":1}');
  const shape = scanner.learn(model, decode(model));
  const next = random(20_260_101);
  for (let i = 0; i < 200_000; i++) {
    const text = numberText(next);
    const value = JSON.parse(text) as number;
    const found = scanner.scan(bytesOf(`{"x":${text}}`), shape) !== undefined;
    if (found !== Number.isFinite(value) || (found && !Object.is(scanner.values[0], value)))
      expect.fail(`${text}: ${found ? scanner.values[0] : 'not scanned'}`);
  }
});
