/** What is stored is what the decoder reads, whichever way it took. */
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Session } from '../../src/hub/session.ts';
import type { StoredSample } from '../../src/store/store.ts';
import { decode, Scanner } from '../../src/wire/index.ts';
import { bytesOf, cleanMessages, nastyMessages, pooled } from '../wire/scanner-cases.ts';
import { FakePeer, quietHub } from './helpers.ts';
import { SlowStore } from './stores.ts';

/** What the decoder says must be stored of these messages. */
function expected(units: readonly Uint8Array[], now: number): StoredSample[] {
  const stored: StoredSample[] = [];
  for (const unit of units) {
    const message = decode(unit);
    if (message.kind !== 'samples') continue;
    for (const { values, units: named, t, relative = 0 } of message.samples) {
      if (values.size === 0) continue;
      // Half a surrogate pair in a name is U+FFFD to every store.
      const kept = new Map([...values].map(([name, value]) => [name.toWellFormed(), value]));
      stored.push({
        board: '10.0.0.7',
        at: t ?? now + relative,
        values: kept,
        ...(named && { units: named }),
      });
    }
  }
  return stored;
}

/** Objects' members in their order, and -0 told from 0: what `toEqual` does not look at. */
const exactly = (samples: readonly StoredSample[]) =>
  samples.map(({ board, at, values, units }) => [
    board,
    at,
    [...values].map(([name, value]) => [name, Object.is(value, -0) ? '-0' : value]),
    units && [...units],
  ]);

const others = fc
  .constantFrom(
    'hello',
    '[{"bn":"x","bu":"Cel","v":1},{"n":"y","t":-5,"v":2},{"n":"y","v":3}]',
    '[{"n":"x","v":1}]',
    '{"a":nan,"b":1}',
    '{"jsonrpc":"2.0","method":"x"}',
    '{}',
    '{"$t":1700000000000}',
    '{"a":1,"$t":1700000000000,"$seq":4,"$boot":"b"}',
  )
  .map((text) => ({ texts: [text, text] }));

test('with and without the scanner the same is stored, in order, however it was cut into reads', async () => {
  let scanned = 0;
  const scan = vi.spyOn(Scanner.prototype, 'scan');
  onTestFinished(() => scan.mockRestore());
  const messages = fc.oneof({ weight: 3, arbitrary: cleanMessages }, nastyMessages, others);
  const reads = fc.array(fc.array(fc.tuple(fc.nat(5), fc.boolean()), { maxLength: 12 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(messages, { minLength: 1, maxLength: 6 }),
      reads,
      fc.constantFrom('take', 'datagrams', 'receive'),
      async (forms, picks, how) => {
        const store = new SlowStore();
        store.free = true;
        const { hub, now } = quietHub(store);
        const session = hub.session(new FakePeer(how === 'take'), { answers: false });
        const all: Uint8Array[] = [];
        for (const read of picks) {
          const units = read
            .map(([form, second]) => forms[form % forms.length]?.texts[second ? 1 : 0] ?? '')
            .filter((text) => text !== '')
            .map((text) => pooled(bytesOf(text)));
          all.push(...units);
          if (how === 'receive') await session.receive(units);
          else if (how === 'take') await session.take(units);
          else for (const unit of units) await session.take([unit]);
        }
        await session.finished();
        expect(exactly(store.samples)).toEqual(exactly(expected(all, now)));
        expect(hub.counts).toMatchObject({ messages: all.length, samples: store.samples.length });
        await hub.close();
        scanned += scan.mock.results.filter(({ value }) => value !== undefined).length;
        scan.mockClear();
      },
    ),
    { numRuns: 1_000 },
  );
  expect(scanned).toBeGreaterThan(3_000); // or nothing was compared
});

test('a board of many kinds of messages keeps them apart', async () => {
  const store = new SlowStore();
  store.free = true;
  const { hub, now } = quietHub(store);
  const session = hub.session(new FakePeer(), { answers: false });
  const units = Array.from({ length: 3_000 }, (_, i) => bytesOf(`{"m${i % 40}":${i},"s":"${i}","on":true}`));
  await session.take(units);
  await session.finished();
  expect(exactly(store.samples)).toEqual(exactly(expected(units, now)));
});

test('the app is told of every sample of a round, with who sent it', async () => {
  const store = new SlowStore();
  const { hub, now } = quietHub(store);
  const told: unknown[] = [];
  hub.on('sample', ({ board, at, from, values }) => told.push([board, at, from, ...values]));
  const [one, two] = ['one', 'two'].map((board) =>
    hub.session(new FakePeer(), { answers: false, board }),
  ) as [Session, Session];
  one.take([bytesOf('{"a":1}'), bytesOf('{"a":2}'), bytesOf('{}'), bytesOf('hello')]);
  two.take([bytesOf('{"a":3,"on":true}')]);
  one.take([bytesOf('{"a":4}')]);
  store.release();
  await one.finished();
  expect(told).toEqual([
    ['one', now, '10.0.0.7:7', ['a', 1]],
    ['one', now, '10.0.0.7:7', ['a', 2]],
    ['two', now, '10.0.0.7:7', ['a', 3], ['on', true]],
    ['one', now, '10.0.0.7:7', ['a', 4]],
  ]);
});
