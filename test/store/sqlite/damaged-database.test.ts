import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { KitelineError } from '../../../src/errors.ts';
import { openSqlite } from '../../../src/store/sqlite/database.ts';
import { ingest, newFolder, openEngine, UNSYNCED } from './engines.ts';
import { randomOf } from './random.ts';
import { BOARDS, METRICS, Workload } from './workload.ts';

/** Flips of the database; more by this variable. */
const FLIPS = Number(process.env.KITELINE_FLIPS ?? 300);
const SEED = Number(process.env.KITELINE_SEED ?? 1);

type Contents = Map<string, Buffer>;

function contentsOf(folder: string): Contents {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

function write(folder: string, contents: Contents): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, bytes] of contents) writeFileSync(join(folder, name), bytes);
}

interface Fixture {
  workload: Workload;
  batches: number;
  contents: Contents;
}

/** A store that was closed in peace. */
function closedStore(perBatch: number, batches: number): Fixture {
  const workload = new Workload(perBatch);
  const folder = newFolder();
  const { engine } = openEngine(folder, { ...UNSYNCED, limits: { logBytes: 20_000 } });
  ingest(engine, workload, 1, batches);
  engine.close();
  return { workload, batches, contents: contentsOf(folder) };
}

/**
 * Opens what is left and looks at all of it: nothing is served that was not stored, nothing twice, and what is missing has
 * been told.
 * @returns what became of it
 */
async function survive(
  folder: string,
  { workload, batches }: Fixture,
): Promise<'whole' | 'told' | 'refused'> {
  let opened: ReturnType<typeof openEngine>;
  try {
    opened = openEngine(folder, UNSYNCED);
  } catch (error) {
    expect(error).toBeInstanceOf(KitelineError);
    expect((error as KitelineError).code).toMatch(/^STORE_/);
    return 'refused';
  }
  const { engine, answers, problems } = opened;
  const points = await workload.auditPart(answers, batches);
  const { damage } = await engine.check();
  let expected = 0;
  let isWhole = true;
  for (const board of BOARDS) {
    for (const metric of METRICS) expected += workload.points(board, metric, batches).length;
    const texts = workload.texts(board, batches);
    isWhole &&= engine.texts(board, 1e6).length === texts.length;
    isWhole &&= JSON.stringify(engine.acks(board)) === JSON.stringify(workload.acks(board, batches));
  }
  isWhole &&= points === expected;
  if (!isWhole) expect(problems.length + damage.length).toBeGreaterThan(0);
  // It goes on: what comes now is stored, whatever was damaged.
  ingest(engine, workload, batches + 1, batches + 1);
  engine.checkpoint();
  const { at } = engine.latest(BOARDS[0]).find(({ metric }) => metric === 'n') ?? { at: 0 };
  expect(
    engine.query(BOARDS[0], 'n', { from: at, to: at + 1, limit: 1, keep: 'newest', skip: 0 }),
  ).toHaveLength(1);
  engine.close();
  return problems.length + damage.length > 0 ? 'told' : 'whole';
}

/** Damages one file in many ways. */
async function surviveAll(fixture: Fixture, name: string, damage: Iterable<[string, Buffer]>) {
  const folder = newFolder();
  const outcomes = { whole: 0, told: 0, refused: 0 };
  for (const [what, bytes] of damage) {
    write(folder, new Map([...fixture.contents, [name, bytes]]));
    try {
      outcomes[await survive(folder, fixture)]++;
    } catch (error) {
      throw new Error(`${name}, ${what} (seed ${SEED}): ${(error as Error).stack}`);
    }
  }
  return outcomes;
}

/** One bit each, mostly where there is something: SQLite's pages are half empty. */
function* flipsOf(bytes: Buffer, count: number, seed: number): Generator<[string, Buffer]> {
  const random = randomOf(seed);
  for (let i = 0; i < count; i++) {
    let at = Math.floor(random() * bytes.length);
    for (let tries = 0; tries < 50 && bytes[at] === 0; tries++) at = Math.floor(random() * bytes.length);
    // Every other one in the head of a page, where SQLite's own structure is.
    if (i % 2 === 0) at = 8192 * Math.floor(at / 8192) + Math.floor(random() * 60);
    const bit = Math.floor(random() * 8);
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ (1 << bit);
    yield [`bit ${bit} of byte ${at}`, copy];
  }
}

function* cutsOf(bytes: Buffer, step: number): Generator<[string, Buffer]> {
  for (let length = 0; length < bytes.length; length += step) {
    yield [`cut at ${length}`, bytes.subarray(0, length)];
  }
}

const bytesOf = ({ contents }: Fixture, name: string): Buffer => contents.get(name) ?? Buffer.alloc(0);

test(
  'bits of a small database are flipped: nothing wrong is served, and what is missing is told',
  async () => {
    const fixture = closedStore(3, 60);
    const bytes = bytesOf(fixture, 'history.db');
    const outcomes = await surviveAll(fixture, 'history.db', flipsOf(bytes, FLIPS, SEED));
    expect(outcomes.told).toBeGreaterThan(FLIPS / 10);
  },
  30_000 + 200 * FLIPS,
);

test(
  'bits of a database with more than one chunk a series are flipped',
  async () => {
    const fixture = closedStore(90, 75);
    const outcomes = await surviveAll(
      fixture,
      'history.db',
      flipsOf(bytesOf(fixture, 'history.db'), FLIPS / 10, SEED),
    );
    expect(outcomes.told).toBeGreaterThan(0);
  },
  30_000 + 200 * FLIPS,
);

/** What SQLite itself does not notice, done by SQLite. */
test.each([
  ['a board', "DELETE FROM boards WHERE name = '南'"],
  ['a series', 'DELETE FROM series WHERE id = 4'],
  ['an ack', 'DELETE FROM acks WHERE board = 2 AND place = (SELECT min(place) FROM acks WHERE board = 2)'],
  ['a text', 'DELETE FROM texts WHERE id = 3'],
  ['a chunk', 'DELETE FROM chunks WHERE series = 4'],
  ['the points of a chunk', 'DELETE FROM chunk_data WHERE id = 3'],
  ['every row of a table', 'DELETE FROM series'],
  ['the state', 'DELETE FROM state'],
  [
    'the points of the right chunk, in place of which there are others',
    'UPDATE chunk_data SET data = (SELECT data FROM chunk_data WHERE id = 2) WHERE id = 1',
  ],
  ['a schema that is Kiteline\u2019s', 'ALTER TABLE texts RENAME COLUMN text TO txet'],
  ['an index', 'DROP INDEX texts_by_board'],
])('%s that is missing is told', async (_, sql) => {
  const fixture = closedStore(3, 60);
  const folder = newFolder();
  write(folder, fixture.contents);
  const db = new DatabaseSync(join(folder, 'history.db'));
  expect(db.prepare('SELECT count(*) AS count FROM chunk_data').get()).toEqual({ count: 9 });
  db.exec(sql);
  db.close();
  expect(await survive(folder, fixture)).toBe('told');
});

test.each(['chunks', 'texts_by_board', 'acks'])(
  'each bit of the list of rows on a page of %s, and one of each byte of some rows',
  async (name) => {
    const fixture = closedStore(3, 60);
    const bytes = bytesOf(fixture, 'history.db');
    const folder = newFolder();
    write(folder, fixture.contents);
    const db = new DatabaseSync(join(folder, 'history.db'), { readOnly: true });
    const found = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name);
    db.close();
    const page = Number(found?.rootpage);
    const flips = function* (): Generator<[string, Buffer]> {
      const flip = (at: number, bit: number): [string, Buffer] => {
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ (1 << bit);
        return [`bit ${bit} of byte ${at}`, copy];
      };
      // Eight bytes of head, then two for the place of each row.
      const from = 8192 * (page - 1) + 8;
      for (let at = from; at < from + 20; at++) for (let bit = 0; bit < 8; bit++) yield flip(at, bit);
      // The rows themselves stand at the page's end: a damaged key is where SQLite does not look for it.
      for (let at = 8192 * page - 160; at < 8192 * page; at++) yield flip(at, at % 8);
    };
    const outcomes = await surviveAll(fixture, 'history.db', flips());
    expect(outcomes.told).toBeGreaterThan(200);
  },
);

test('what SQLite keeps beside the database is lost after a crash, in part or all of it: the log has it still', async () => {
  const workload = new Workload(20);
  const folder = newFolder();
  const snapshots: Contents[] = [];
  const { engine } = openEngine(folder, {
    limits: { logBytes: 20_000 },
    openDatabase(path, options) {
      const db = openSqlite(path, options);
      const exec = db.exec.bind(db);
      db.exec = (sql) => {
        exec(sql);
        // Committed in the file beside it, and not in its own yet: what a crash would leave there.
        if (sql === 'COMMIT') snapshots.push(contentsOf(folder));
      };
      return db;
    },
  });
  ingest(engine, workload, 1, 40);
  engine.close();
  const contents = snapshots.at(-2) ?? new Map();
  const fixture = { workload, batches: 40, contents };
  const wal = bytesOf(fixture, 'history.db-wal');
  expect(wal.length).toBeGreaterThan(8192);
  const again = newFolder();
  const held = new Set<number>();
  for (let length = 0; length <= wal.length; length += 977) {
    write(again, new Map([...contents, ['history.db-wal', wal.subarray(0, length)]]));
    const { engine, answers, problems } = openEngine(again, UNSYNCED);
    held.add(await workload.audit(answers, 1, 40));
    expect(problems).toEqual([]);
    expect(held.size).toBe(1);
    engine.close();
  }
});

test('a database that ends too early is set aside or refused, never taken for an empty one', async () => {
  const fixture = closedStore(3, 60);
  const outcomes = await surviveAll(fixture, 'history.db', cutsOf(bytesOf(fixture, 'history.db'), 1361));
  expect(outcomes.whole).toBe(0);
});
