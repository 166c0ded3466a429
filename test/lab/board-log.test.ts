import { expect, test } from 'vitest';
import { BoardLog } from '../../src/lab/board-log.ts';

/** As programs/lab.py writes it, some milliseconds after the board's start. */
const line = (...event: unknown[]) => `\u001e5${JSON.stringify(event)}\n`;

/** Gives a log these texts, in pieces of so many bytes. */
function logOf(text: string, pieces = 1_000): BoardLog {
  const log = new BoardLog();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieces)
    log.take(bytes.subarray(at, at + pieces), undefined, 1_000);
  return log;
}

const LIFE = [
  line('begin', 7),
  line('boot', 'b1'),
  line('online'),
  line('made', 70001, { s: '温度', on: true, nested: { a: 1 } }, 0),
  line('queued', 1),
  line('made', 70002, {}, 1),
  line('dropped', 1),
  line('made', 70003, {}, 1),
  line('unmade', 70003),
  line('made', 70004, {}, 1),
  line('queued', 2),
  line('start', 1),
  line('returned', 1, { k: 1 }),
  line('start', 2),
  line('raised', 2, 'ValueError: нет'),
  line('acked', 'b1', 1),
].join('');

test.each([1, 2, 7, 1_000])('a start of a board as it is told, in pieces of %d bytes', (pieces) => {
  const log = logOf(LIFE, pieces);
  expect(log.boots).toEqual([
    {
      boot: 'b1',
      hasTime: true,
      made: [
        { n: 70001, values: { s: '温度', on: true }, seq: 1 },
        { n: 70002, values: {} },
        { n: 70004, values: {}, seq: 2 },
      ],
      queued: 2,
      acked: 1,
      dropped: 1,
      spilled: 0,
      unspilled: 0,
      givenUp: [],
      gaveUp: 0,
      ended: 'alive',
    },
  ]);
  expect(log.handlers).toEqual([
    { k: 1, boot: 0, beganMs: 1_000, end: { how: 'returned', result: { k: 1 } } },
    { k: 2, boot: 0, beganMs: 1_000, end: { how: 'raised', message: 'ValueError: нет' } },
  ]);
  expect(log.online).toBe(true);
  expect(log.counts).toMatchObject({ online: 1, made: 4, acked: 1, run: 2 });
});

test('a reset ends a start, and the line that it was in the middle of', () => {
  const log = logOf(`${LIFE}${line('start', 3)}\u001e["returned", 3, {"k`);
  log.reset();
  log.take(Buffer.from([line('begin', 8), line('boot', 'b2'), line('acked', 'b1', 2)].join('')));
  expect(log.online).toBe(false);
  expect(log.boots.map(({ boot, ended, acked }) => [boot, ended, acked])).toEqual([
    ['b1', 'reset', 2],
    ['b2', 'alive', 0],
  ]);
  expect(log.handlers.at(-1)).toMatchObject({ k: 3, boot: 0, end: { how: 'none' } });
});

test('what the program prints is kept apart, also where it ends no line before an event', () => {
  const events: unknown[] = [];
  const log = new BoardLog((event, args) => events.push([event, ...args]));
  log.take(Buffer.from(`hello\nhalf a line${line('online')}\n`));
  expect(events).toEqual([['prints', 'hello'], ['prints', 'half a line'], ['online']]);
  expect(log.counts.online).toBe(1);
});

test('when a command began is told by the line that came fastest', () => {
  const log = new BoardLog();
  const at = (ticks: number, event: unknown[]) => Buffer.from(`\u001e${ticks}${JSON.stringify(event)}\n`);
  log.take(at(10, ['begin', 7]), undefined, 5_000);
  log.take(at(20, ['start', 1]), undefined, 5_900);
  log.take(at(30, ['online']), undefined, 5_015);
  expect(log.handlers.map(({ beganMs }) => beganMs)).toEqual([5_005]);
});
