import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { say } from '../../language.ts';
import { decodeChunk, summarize } from '../chunk/index.ts';
import type { StoreCheck } from '../store.ts';
import type { Catalog } from './catalog.ts';
import { isCorrupt } from './database.ts';
import type { Directory } from './directory.ts';
import type { Series } from './series.ts';
import type { Tables } from './tables.ts';

/** Chunks, series or texts that are read before other work has its turn: some milliseconds. */
const STEP = 64;
/** Sentences of SQLite's own check. */
const MAX_SENTENCES = 100;

/**
 * Reads every chunk and every text, and lets SQLite look at its own structure. What is damaged is told through the
 * directory and the tables as it is found; what only this look finds is returned.
 */
export async function checkAll(
  db: DatabaseSync,
  tables: Tables,
  catalog: Catalog,
  directory: Directory,
): Promise<StoreCheck> {
  const damage: string[] = [];
  let points = 0;
  let checked = 0;
  for (const series of [...catalog.byId.values()]) {
    if (!catalog.byId.has(series.id)) continue; // it has gone meanwhile
    points += await checkSeries(series, directory, damage);
    if (++checked % STEP === 0) await setImmediate();
  }
  let texts = 0;
  for (const board of catalog.boards.values()) texts += board.texts.length;
  try {
    texts += await checkTexts(tables, damage);
    for (const series of tables.strayChunks()) {
      if (!catalog.byId.has(series)) damage.push(straySentence(series));
    }
    for (const row of db.prepare(`PRAGMA integrity_check(${MAX_SENTENCES})`).all()) {
      const sentence = String(Object.values(row)[0]);
      if (sentence !== 'ok') damage.push(ownSentence(sentence));
    }
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    damage.push(ownSentence((error as Error).message));
  }
  return { points, texts, damage };
}

async function checkSeries(series: Series, directory: Directory, damage: string[]): Promise<number> {
  let points = 0;
  for (let no = -1; ; ) {
    // Asked for anew each time: a checkpoint may have come between.
    const rows = directory.chunksOf(series).filter((row) => row.no > no);
    for (const row of rows.slice(0, STEP)) {
      no = row.no;
      const found = directory.open(series, row);
      if (!found) continue;
      points += found.length;
      const { numbers, min, max } = summarize(found, 0, found.length);
      if (numbers === row.numbers && (numbers === 0 || (min === row.min && max === row.max))) continue;
      damage.push(summarySentence(series, row.no));
    }
    if (rows.length <= STEP) break;
    await setImmediate();
  }
  for (const { blob } of series.sealed) points += decodeChunk(blob).length;
  return points + (series.open?.length ?? 0);
}

/** Those that there are when it begins. @returns how many are whole */
async function checkTexts(tables: Tables, damage: string[]): Promise<number> {
  const before = tables.state();
  const newest = tables.newestText(); // else texts that come as fast as they are read would keep it for ever
  let whole = 0;
  for (let after: number | undefined = -1; after !== undefined; ) {
    const page = tables.checkTexts(after, newest, STEP);
    whole += page.whole;
    after = page.last;
    if (after !== undefined) await setImmediate();
  }
  const now = tables.state();
  const isStill = now.commit === before.commit && now.texts === before.texts;
  const found = isStill ? whole : tables.listedTexts(); // some may have come behind those that were read, or gone
  if (found !== now.texts) damage.push(textsSentence(found, now.texts));
  return whole;
}

const ownSentence = (sentence: string): string =>
  say(`SQLite's own check: ${sentence}.`, `SQLite 自身的检查：${sentence}。`);

function straySentence(series: number): string {
  return say(
    `There are chunks of a series ${series} that nothing else is known of: they are left out.`,
    `存在属于序列 ${series} 的数据块，但没有该序列的其他信息：这些数据块被跳过。`,
  );
}

function textsSentence(found: number, stored: number): string {
  return say(
    `${found} of ${stored} texts are whole, the others are left out.`,
    `${stored} 条文本中有 ${found} 条完好，其余被跳过。`,
  );
}

function summarySentence({ board, metric }: Series, no: number): string {
  return say(
    `${board.name} ${metric}: chunk ${no} and its summary do not agree.`,
    `${board.name} ${metric}：第 ${no} 个数据块与其摘要不一致。`,
  );
}
