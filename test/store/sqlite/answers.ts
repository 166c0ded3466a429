import { columnsOf, pointsOf } from '../../../src/store/sqlite/answers.ts';
import type { Engine } from '../../../src/store/sqlite/engine.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Answers } from './workload.ts';

const EVERYTHING = {
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
  limit: 1e9,
  keep: 'oldest',
  skip: 0,
} as const;

export const answersOf = (engine: Engine): Answers => ({
  points: (board, metric) => pointsOf(columnsOf(engine.query(board, metric, EVERYTHING))),
  texts: (board) => engine.texts(board, 1e9),
  acks: (board) => engine.acks(board),
  check: () => engine.check(),
});

export const answersOfStore = (store: Store): Answers => ({
  async points(board, metric) {
    const points = [];
    for await (const page of store.points({ board, metric })) points.push(...page);
    return points;
  },
  texts: (board) => store.texts({ board, limit: 100_000 }),
  acks: (board) => store.acks(board),
  check: () => store.check(),
});
