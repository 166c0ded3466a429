import { describe, expect, test } from 'vitest';
import { audit } from '../../src/lab/audit/audit.ts';
import type { GivenOutcome } from '../../src/lab/outcome.ts';
import type { BoardRecord, CommandRecord, HandlerRecord } from '../../src/lab/record.ts';
import { boardRecord, boot, FROM, runRecord, valuesOf } from './records.ts';

/** What the audit finds when a good record is changed so, as `kind count`; the values are those of the samples that are stored then. */
function found(change: (board: BoardRecord) => void): string[] {
  const board = boardRecord();
  const before = board.storedValues;
  change(board);
  const isStored = new Set(board.stored.map(({ n }) => n));
  const kept = board.boots.flatMap(({ made }) => made.filter(({ n }) => isStored.has(n)));
  if (board.storedValues === before) board.storedValues = valuesOf(kept);
  return audit(runRecord(board)).map(({ kind, count }) => `${kind} ${count}`);
}

test('a run in which all is well breaks no promise', () => {
  expect(audit(runRecord())).toEqual([]);
});

describe('samples', () => {
  test('one that was acknowledged and is not stored is lost', () => {
    expect(
      found((board) => {
        board.stored = board.stored.filter(({ n }) => n !== 1_002);
        board.arrived = board.arrived.filter((n) => n !== 1_002);
      }),
    ).toEqual(['lost 1']);
  });

  test('what died with a reset before it was acknowledged may be stored or not', () => {
    expect(
      found((board) => {
        board.stored.splice(6, 0, { n: 1_007, at: FROM + 5 });
        board.arrived.splice(6, 0, 1_007);
      }),
    ).toEqual([]);
  });

  test('one that the last start never got acknowledged is lost: nothing died with it', () => {
    expect(
      found((board) => {
        board.boots[1] = boot(2, 6, { acked: 5 });
        board.stored.pop();
      }),
    ).toEqual(['lost 1']);
  });

  test('as many as the board counted as dropped may be missing, and no more', () => {
    const without = (dropped: number) => (board: BoardRecord) => {
      board.boots[1] = boot(2, 6, { dropped });
      board.hub = { duplicates: 0, reconnects: 0, restarts: 0, reportedDrops: dropped };
      board.stored = board.stored.filter(({ n }) => n !== 2_001 && n !== 2_002);
    };
    expect(found(without(2))).toEqual([]);
    expect(found(without(1))).toEqual(['lost 1']);
  });

  test('one that was not taken into the queue is counted as dropped, and not stored', () => {
    const refuse = (dropped: number) => (board: BoardRecord) => {
      delete board.boots[1]?.made[3]?.seq;
      (board.boots[1] as { dropped: number }).dropped = dropped;
      board.hub = { duplicates: 0, reconnects: 0, restarts: 0, reportedDrops: dropped };
    };
    const unstored = (board: BoardRecord) => {
      board.stored = board.stored.filter(({ n }) => n !== 2_004);
    };
    expect(found((board) => [refuse(1), unstored].map((change) => change(board)))).toEqual([]);
    expect(found((board) => [refuse(0), unstored].map((change) => change(board)))).toEqual(['lost 1']);
    expect(found(refuse(1))).toEqual(['garbled 1']);
  });

  test('drops of which the hub was not told are lost in silence', () => {
    expect(
      found((board) => {
        board.boots[1] = boot(2, 6, { dropped: 2 });
      }),
    ).toEqual(['lost 2']);
    expect(
      found((board) => {
        board.hub = { duplicates: 0, reconnects: 0, restarts: 0, reportedDrops: 1 };
      }),
    ).toEqual(['lost 1']);
  });

  test('one that is stored twice is doubled', () => {
    expect(found((board) => board.stored.splice(2, 0, { n: 1_002, at: FROM + 1 }))).toEqual(['doubled 1']);
  });

  test('one that no board made is garbled, as a fragment glued to another makes it', () => {
    expect(found((board) => board.stored.push({ n: 201, at: FROM + 20 }))).toEqual(['garbled 1']);
  });

  test('one that is stored behind a later one is in disorder, in the order of storing and in the order of times', () => {
    expect(found((board) => board.arrived.reverse())).toEqual(['disorder 10']);
    expect(
      found((board) => {
        board.stored = [...board.stored.slice(0, 2).reverse(), ...board.stored.slice(2)];
      }),
    ).toEqual(['disorder 1']);
  });

  test('times of a start that never had a session are estimates', () => {
    const swap = (board: BoardRecord) => {
      board.stored = [...board.stored.slice(0, 2).reverse(), ...board.stored.slice(2)];
    };
    const untimed = (board: BoardRecord) => {
      for (const each of board.boots) each.hasTime = false;
    };
    expect(found(swap)).toEqual(['disorder 1']);
    expect(found((board) => [swap, untimed].map((change) => change(board)))).toEqual([]);
  });

  test('times say nothing where a clock was set, and else they are of the run', () => {
    const board = boardRecord();
    board.stored = board.stored.map(({ n, at }) => ({ n, at: at - 86_400_000 })).reverse();
    expect(audit(runRecord(board, { clocksJump: true }))).toEqual([]);
    expect(audit(runRecord(board)).map(({ kind }) => kind)).toEqual(['disorder', 'disorder']);
  });

  test('a value that is not as it was made, is not there or is there twice is garbled', () => {
    const texts = (change: (texts: unknown[]) => unknown) => (board: BoardRecord) => {
      const { count = [], text = [] } = board.storedValues;
      const changed = [...text];
      change(changed);
      board.storedValues = { count, text: changed };
    };
    expect(found(texts((list) => list.splice(0, 1, '№1')))).toEqual(['garbled 2']);
    expect(found(texts((list) => list.pop()))).toEqual(['garbled 1']);
    expect(found(texts((list) => list.push(list[0])))).toEqual(['garbled 1']);
    expect(
      found((board) => {
        board.storedValues = { ...board.storedValues, strange: [1] };
      }),
    ).toEqual(['garbled 1']);
  });
});

describe('commands', () => {
  const run = (how: HandlerRecord['end']): HandlerRecord => ({ k: 8, boot: 1, beganMs: 100, end: how });
  const RETURNED = run({ how: 'returned', result: { level: 1 } });
  const RAISED = run({ how: 'raised', message: 'ValueError: no' });
  const failed = (code: number, message = 'ValueError: no'): GivenOutcome => ({
    outcome: 'failed',
    error: { code, message },
  });
  const expired: GivenOutcome = { outcome: 'expired', why: 'OFFLINE', message: '' };
  const unknown: GivenOutcome = { outcome: 'unknown', why: 'RESTARTED', message: '' };
  const done: GivenOutcome = { outcome: 'done', result: { level: 1 } };

  /** What the audit says of one more command. */
  const says = (outcome: GivenOutcome | undefined, ...runs: HandlerRecord[]) =>
    found((board) => {
      board.commands.push({ k: 8, name: 'dim', outcome } as CommandRecord);
      board.handlers.push(...runs);
    });

  test('one that ran twice', () => {
    expect(says(done, RETURNED, RETURNED)).toEqual(['ran-twice 1']);
    expect(says(unknown, RETURNED, RETURNED)).toEqual(['ran-twice 1']);
  });

  test('done: it ran, and its result is the board’s', () => {
    expect(says(done, RETURNED)).toEqual([]);
    expect(says(done)).toEqual(['wrong-outcome 1']);
    expect(says(done, run({ how: 'none' }))).toEqual(['wrong-outcome 1']);
    expect(says({ outcome: 'done', result: { level: 2 } }, RETURNED)).toEqual(['wrong-outcome 1']);
  });

  test('failed: the board recorded that failure', () => {
    expect(says(failed(-32000), RAISED)).toEqual([]);
    expect(says(failed(-32000, 'ValueError: other'), RAISED)).toEqual(['wrong-outcome 1']);
    expect(says(failed(-32000))).toEqual(['wrong-outcome 1']);
    expect(says(failed(-32002), run({ how: 'cancelled' }))).toEqual([]);
    expect(says(failed(-32002), RETURNED)).toEqual(['wrong-outcome 1']);
    expect(says(failed(-32602))).toEqual([]);
    expect(says(failed(-32602), RETURNED)).toEqual(['wrong-outcome 1']);
    expect(says(failed(-32005), RETURNED)).toEqual([]);
    expect(says(failed(-32005))).toEqual(['wrong-outcome 1']);
    expect(says(failed(-1))).toEqual(['wrong-outcome 1']);
  });

  test('expired, or never given: it did not run, and not later either', () => {
    expect(says(expired)).toEqual([]);
    expect(says(expired, RETURNED)).toEqual(['wrong-outcome 1']);
    expect(says({ outcome: 'not-given' }, RETURNED)).toEqual(['wrong-outcome 1']);
  });

  test('unknown: at most one run', () => {
    expect(says(unknown)).toEqual([]);
    expect(says(unknown, RETURNED)).toEqual([]);
    expect(says({ outcome: 'hub-died' }, RETURNED)).toEqual([]);
  });

  test('one that began after its deadline, as far as two clocks can tell', () => {
    const began = (untilMs: number) =>
      found((board) => {
        board.commands.push({ k: 8, name: 'dim', outcome: done, untilMs });
        board.handlers.push(RETURNED);
      });
    expect(began(30)).toEqual([]);
    expect(began(-50)).toEqual(['wrong-outcome 1']);
  });

  test('one that never came out, and a run that nobody asked for', () => {
    expect(says(undefined)).toEqual(['wrong-outcome 1']);
    expect(found((board) => board.handlers.push(RETURNED))).toEqual(['wrong-outcome 1']);
  });
});

test('an answer to a call that is another one’s is a wrong outcome', () => {
  expect(found((board) => board.badCalls.push('call 3 was answered 4'))).toEqual(['wrong-outcome 1']);
});

test('log lines may be lost, and not changed', () => {
  expect(found((board) => board.logs.push('onetwo'))).toEqual(['garbled 1']);
});

test('what grows without bound', () => {
  expect(
    found((board) => {
      board.queue = { most: 21, limit: 20 };
    }),
  ).toEqual(['grown 1']);
  expect(
    found((board) => {
      board.heap = { first: 50_000, last: 100_000 };
    }),
  ).toEqual(['grown 1']);
});

test('a session that ended where nothing was a reason for it', () => {
  expect(audit(runRecord(boardRecord(), { linkHolds: true })).map(({ kind }) => kind)).toEqual([
    'link-broke',
  ]);
});

test('what did not come back, and what ended by itself', () => {
  const record = runRecord(boardRecord(), { notRecovered: ['waited in vain'], broke: ['the hub has ended'] });
  expect(audit(record)).toEqual([
    { kind: 'not-recovered', count: 1, sentence: 'waited in vain' },
    { kind: 'broke', count: 1, sentence: 'the hub has ended' },
  ]);
});

describe('programs over the air', () => {
  const of =
    (ran: [n: number, twin: number][], sent: [isGood: boolean, outcome: string][]) =>
    (board: BoardRecord): void => {
      board.programs = {
        ran: ran.map(([n, twin], i) => ({ boot: Math.max(0, board.boots.length - ran.length + i), n, twin })),
        sent: sent.map(([isGood, outcome], i) => ({ n: i + 1, isGood, outcome: outcome as 'done' })),
      };
    };

  test.each<[string, [number, number][], [boolean, string][], string[]]>([
    [
      'the new one runs',
      [
        [0, 0],
        [1, 1],
      ],
      [[true, 'done']],
      [],
    ],
    [
      'a bad one has gone',
      [
        [1, 1],
        [0, 0],
      ],
      [[false, 'failed']],
      [],
    ],
    [
      'nobody heard how it ended',
      [
        [0, 0],
        [0, 0],
      ],
      [[true, 'hub-died']],
      [],
    ],
    [
      'half of each',
      [
        [0, 0],
        [1, 0],
      ],
      [[true, 'done']],
      ['no-program 1'],
    ],
    [
      'the old one, and it was said to be done',
      [
        [1, 1],
        [0, 0],
      ],
      [[true, 'done']],
      ['no-program 1'],
    ],
    [
      'the new one, and it was said to have failed',
      [
        [0, 0],
        [1, 1],
      ],
      [[true, 'failed']],
      ['no-program 1'],
    ],
    [
      'a bad one stays',
      [
        [0, 0],
        [1, 1],
      ],
      [[false, 'hub-died']],
      ['no-program 1'],
    ],
    [
      'a bad one is praised',
      [
        [0, 0],
        [1, 1],
      ],
      [[false, 'done']],
      ['no-program 1'],
    ],
    ['none at all', [], [[true, 'done']], ['no-program 1']],
  ])('%s', (_, ran, sent, expected) => {
    expect(found(of(ran, sent))).toEqual(expected);
  });
});
