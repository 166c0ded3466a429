/** What the hub asks a board of itself: in time or not at all, never too much, and nothing of it is a command. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { examine } from '../../src/hub/examination.ts';
import { Inquiries } from '../../src/hub/inquiries.ts';
import { decode, type Response } from '../../src/wire/index.ts';

function begin(isSent = true) {
  const clock = new ManualClock();
  const asked: { id: string; method: string }[] = [];
  const inquiries = new Inquiries(clock, (line) => {
    const message = decode(line);
    if (message.kind === 'request') asked.push({ id: String(message.id), method: message.method });
    return isSent;
  });
  const answer = (id: string, more: Partial<Response> = {}) =>
    inquiries.answered({ kind: 'response', id, result: {}, error: undefined, ...more });
  return { clock, asked, inquiries, answer };
}

test('an answer, how long it took, and an error; to nothing that was asked it is none of ours', async () => {
  const { clock, asked, inquiries, answer } = begin();
  const first = inquiries.ask('$doctor', 1_000);
  clock.advance(40);
  expect([answer('look2'), answer('look1', { result: { library: '1' } }), answer('look1')]).toEqual([
    false,
    true,
    false,
  ]);
  expect(await first).toEqual({ result: { library: '1' }, ms: 40 });
  const second = inquiries.ask('$ping', 1_000);
  answer('look2', { result: undefined, error: { code: -32_601, message: 'no' } });
  expect(await second).toEqual({ error: -32_601 });
  expect(asked).toEqual([
    { id: 'look1', method: '$doctor' },
    { id: 'look2', method: '$ping' },
  ]);
  expect(inquiries.answered({ kind: 'response', id: 1, result: {}, error: undefined })).toBe(false);
});

test('a board that does not answer, cannot be sent to, or goes: it is silent; and four questions are enough', async () => {
  const { clock, inquiries, answer } = begin();
  const late = inquiries.ask('$ping', 1_000);
  clock.advance(1_000);
  expect(await late).toBe(undefined);
  expect(answer('look1')).toBe(false);
  const many = [1, 2, 3, 4, 5].map(() => inquiries.ask('$ping', 1_000));
  expect(await many[4]).toBe(undefined);
  inquiries.end();
  expect(await Promise.all(many)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  expect(await begin(false).inquiries.ask('$ping', 1_000)).toBe(undefined);
});

test('an examination is the report and eight pings; what answers no more is asked no more', async () => {
  const { asked, inquiries, answer, clock } = begin();
  const whole = examine({ inquiries } as Parameters<typeof examine>[0]);
  for (let at = 1; at <= 9; at++) {
    while (asked.length < at) await Promise.resolve();
    clock.advance(3);
    answer(`look${at}`, { result: at === 1 ? { clock: 1 } : {} });
  }
  expect(await whole).toEqual({ report: { clock: 1 }, roundTrips: [3, 3, 3, 3, 3, 3, 3, 3] });
  const mute = examine({ inquiries } as Parameters<typeof examine>[0]);
  clock.advance(3_000);
  expect(await mute).toEqual({ silent: true, roundTrips: [] });
});
