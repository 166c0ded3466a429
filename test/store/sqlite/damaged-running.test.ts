import { expect, test } from 'vitest';
import { ingest, newFolder, openEngine } from './engines.ts';
import { interceptDatabase } from './intercept.ts';
import { Workload } from './workload.ts';

test('maintenance whose questions the database does not answer is told, and throws nothing', () => {
  const { engine, problems } = openEngine(newFolder(), {
    limits: { maxBytes: 1e6, logBytes: 1 },
    openDatabase(path, options) {
      const db = interceptDatabase((_, run) => run())(path, options);
      const prepare = db.prepare.bind(db);
      db.prepare = (sql) => {
        if (sql.includes('freelist_count')) throw new Error('disk I/O error');
        return prepare(sql);
      };
      return db;
    },
  });
  ingest(engine, new Workload(3), 1, 1);
  expect(problems.map(({ message }) => message).join()).toContain('disk I/O error');
  engine.close();
});
